import Evidence
import Testing

@testable import Store

/// The short way to a name's hash gives what the long way gives, or nothing.
@Suite struct NameHashTests {
    @Test(arguments: [
        "张三", "欧阳 娜娜", " 张　三", "Li Lei", "O'Neil-Smith", "LI LEI", "一", "\u{9FFF}", "\u{4E00}A", "a~! z", "",
    ])
    func `a plain name is hashed as any other`(_ name: String) {
        let simple = SQLNoticeStore.simpleName(name)
        // The ideographic space is no plain letter: then the long way is taken.
        #expect((simple == nil) == name.contains("　"))
        if let simple { #expect(simple == SQLNoticeStore.plainName(name)) }
    }

    @Test func `every letter that is taken for plain is`() {
        for value in (0x20...0x7E as ClosedRange<UInt32>).map({ $0 }) + (0x4E00...0x9FFF) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let name = String(scalar)
            #expect(SQLNoticeStore.simpleName(name) == SQLNoticeStore.plainName(name), "U+\(String(value, radix: 16))")
        }
    }

    @Test(arguments: ["José", "Jose\u{301}", "ÅNGSTRÖM", "Ａｌａｎ", "가나", "\u{F900}", "a\u{0}b", "张\t三", "😀"])
    func `a name with more in it goes the long way`(_ name: String) {
        #expect(SQLNoticeStore.simpleName(name) == nil)
    }

    @Test func `case, spaces and the form of an accent do not tell names apart, letters do`() throws {
        let key = try Vault(MasterKey.generate()).makeKey(person: KeyRing.organisation, purpose: "records").key
        let index = BlindIndex(key)
        func hash(_ name: String) -> [UInt8]? { SQLNoticeStore.nameHash(name, index) }
        #expect(hash("Li Lei") == hash("liLEI") && hash("张 三") == hash("张三") && hash("José") == hash("jose\u{301} "))
        #expect(hash("张三") != hash("李四") && hash("  ") == nil)
        #expect(hash("张三") == key.blindIndex(of: Array("name 张三".utf8)))
    }
}
