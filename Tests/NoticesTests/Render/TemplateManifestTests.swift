import Evidence
import Testing

@testable import Notices

@Suite struct TemplateManifestTests {
    @Test func `every shipped template is published, and none has changed since`() throws {
        let files = try ShippedTemplates.files()
        #expect(files[TemplateManifest.fileName] == TemplateManifest.text(publishing: files))
        #expect(try TemplateManifest(files: files).changes(in: files).isEmpty)
    }

    @Test func `one changed letter in a published file stops the start`() throws {
        var files = try ShippedTemplates.files()
        files["dismissal/1/en/email.md"]?.append("\n")
        let error = #expect(throws: TemplateError.self) { try TemplateLibrary(files: files) }
        #expect(
            error?.faults.map(\.description) == [
                "dismissal/1/en/email.md:1:1: was changed after publication; restore it and make the change in a new version"
            ])
    }

    @Test func `a published file that is gone stops the start`() throws {
        var files = try ShippedTemplates.files()
        files["risk-alert/1/en/sms.txt"] = nil
        let error = #expect(throws: TemplateError.self) { try TemplateLibrary(files: files) }
        #expect(error?.description.contains("risk-alert/1/en/sms.txt:1:1: was removed") == true)
    }

    @Test func `a new version beside a published one is a draft until it is published`() throws {
        var files = SmallKind.files()
        files[TemplateManifest.fileName] = TemplateManifest.text(publishing: files)
        for (path, text) in SmallKind.files(fields: SmallKind.fields.replacing("version: 1", with: "version: 2")) {
            files[path.replacing("memo/1/", with: "memo/2/")] = text
        }
        let library = try TemplateLibrary(files: files)
        #expect(library.versions(of: "memo") == [1, 2])
        #expect(library.template(kind: "memo")?.reference.version == 1)
        #expect(library.template(kind: "memo", version: 2)?.isPublished == false)
    }

    @Test func `a version's hash changes with any of its files`() throws {
        let first = try TemplateLibrary(files: SmallKind.files())
        let second = try TemplateLibrary(files: SmallKind.files(["en/sms.txt": "{{title}}!\n"]))
        #expect(
            first.template(kind: "memo", version: 1)?.reference.hash
                != second.template(kind: "memo", version: 1)?.reference.hash)
    }

    @Test func `a directory that is not there is refused with its path`() {
        let error = #expect(throws: TemplateError.self) { try TemplateLibrary(directory: "/nowhere/at/all") }
        #expect(error?.description.contains("/nowhere/at/all") == true)
    }
}
