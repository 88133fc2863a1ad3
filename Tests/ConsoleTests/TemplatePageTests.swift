import Notices
import TestSupport
import Testing

@testable import Console

/// Kinds of notices in the browser, on the server's side.
@Suite struct TemplatePageTests {
    @Test func `every kind renders its examples in both languages, marked as a test and kept nowhere`() async throws {
        try await TestServer.with { server in
            let hr = try await Browser.signedIn(server, "hr", .issue)
            let list = try await hr.get("/templates?lang=en")
            #expect(list.status == 200)
            for kind in try TestResources.templates().kinds {
                #expect(list.text.contains("&#47;templates&#47;\(kind)"), "\(kind)")
                for language in ["zh-CN", "en"] {
                    let page = try await hr.get("/templates/\(kind)?in=\(language)")
                    #expect(page.status == 200 && !page.text.contains("role=\"alert\""), "\(kind) \(language)")
                    // The escapes of Markdown are for its reader alone.
                    #expect(!page.text.contains("\\-") && !page.text.contains("\\."), "\(kind) \(language)")
                    #expect(page.text.contains(language == "en" ? "this is no notice" : "不是通知"), "\(kind)")
                }
            }
            let pdf = try await hr.get("/templates/dismissal/trial?version=1&in=zh-CN&c.ground=36")
            #expect(pdf.status == 200 && pdf["content-type"] == "application/pdf")
            #expect(try await hr.get("/templates/client-contact-change/trial").status == 404)
            #expect(try await hr.get("/templates/nothing").status == 404)
            #expect(try await hr.get("/templates/dismissal?version=99").status == 404)
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 1).isEmpty)
        }
    }
}
