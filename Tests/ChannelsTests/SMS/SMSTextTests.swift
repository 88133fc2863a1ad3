import Testing

@testable import Channels

@Suite struct SMSTextTests {
    @Test(arguments: [
        (String(repeating: "a", count: 160), 1, 160), (String(repeating: "a", count: 161), 2, 161),
        (String(repeating: "a", count: 306), 2, 306), (String(repeating: "a", count: 307), 3, 307),
        (String(repeating: "€", count: 80), 1, 160), (String(repeating: "€", count: 81), 2, 162),
    ])
    func `seven-bit text holds 160 units, or 153 a part, and extension characters cost two`(
        text: String, parts: Int, units: Int
    ) {
        let counted = SMSText(text)
        #expect(counted.alphabet == .gsm7)
        #expect(counted.parts.count == parts)
        #expect(counted.units == units)
        #expect(counted.parts.joined() == text)
    }

    @Test func `an extension character is never torn between two parts`() {
        let counted = SMSText(String(repeating: "a", count: 152) + "{" + String(repeating: "b", count: 20))
        #expect(counted.parts.map(\.count) == [152, 21])
    }

    @Test func `160 Chinese characters make parts of 67, 67 and 26`() {
        #expect(SMSText(String(repeating: "送", count: 160)).parts.map(\.count) == [67, 67, 26])
        #expect(SMSText(String(repeating: "送", count: 70)).parts.count == 1)
        #expect(SMSText(String(repeating: "送", count: 71)).parts.count == 2)
    }

    @Test func `a surrogate pair costs two units and is not split`() {
        let text = String(repeating: "送", count: 66) + "𠮷" + String(repeating: "达", count: 10)
        let counted = SMSText(text)
        #expect(counted.units == 78)
        #expect(counted.parts.map(\.utf16.count) == [66, 12])
        #expect(counted.parts.joined() == text)
    }

    @Test func `a letter outside the seven-bit alphabet turns the whole message into UCS-2`() {
        #expect(SMSText("ç").alphabet == .ucs2)
        #expect(SMSText("`").alphabet == .ucs2)
        #expect(SMSText("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ¤¡ÄÖÑÜ§¿äöñüà").alphabet == .gsm7)
    }
}

@Suite struct SMSRulesTests {
    private let provider = SMSRules(signature: .provider)
    private let ours = SMSRules(signature: .text)

    @Test func `a signature added by the provider is counted but not sent`() throws {
        let checked = try provider.check(String(repeating: "送", count: 66), signature: "示例公司")
        #expect(checked.submitted == String(repeating: "送", count: 66))
        #expect(checked.shown.units == 72)
        #expect(checked.shown.parts.count == 2)
    }

    @Test func `a signature inside the text is refused where the provider adds it`() {
        #expect(throws: SMSError(.text, "")) { try provider.check("【示例公司】您有一份文书", signature: "示例公司") }
    }

    @Test func `our own signature is put in front once, and a present one is kept`() throws {
        #expect(try ours.check("您有一份文书", signature: "示例公司").submitted == "【示例公司】您有一份文书")
        #expect(try ours.check("【示例公司】您有", signature: "示例公司").submitted == "【示例公司】您有")
        #expect(try ours.check("您有【示例公司】", signature: "示例公司").submitted == "您有【示例公司】")
    }

    @Test(arguments: [
        "【示例公司】您有【示例公司】", "【别的公司】您有", "您【示例公司】有", "【示例公司】【优惠】您有", "您有【示例公司", "您有】",
    ])
    func `a signature that is doubled, foreign, in the middle or broken is refused`(text: String) {
        #expect(throws: SMSError(.text, "")) { try ours.check(text, signature: "示例公司") }
    }

    @Test func `an issuer without a signature is refused`() {
        #expect(throws: SMSError(.text, "")) { try provider.check("您有一份文书", signature: "") }
        #expect(throws: SMSError(.text, "")) { try provider.check("您有一份文书", signature: "【示例】") }
    }

    @Test(arguments: [
        "请登录https://a.example/查阅", "请登录 www.example 查阅", "见songda.cn查阅", "见hr.Example.COM/x?y=1。", "见10.0.0.12查阅",
        "HTTP://X",
    ])
    func `a link is refused where the provider forbids it`(text: String) {
        #expect(throws: SMSError(.text, "")) { try provider.check(text, signature: "示例") }
        #expect(throws: Never.self) {
            try SMSRules(signature: .provider, allowsLinks: true).check(text, signature: "示例")
        }
    }

    @Test(arguments: ["编号SD-20261121-7F3K-9Q2M，请查阅", "版本 1.2.3，3.5 天", "Example Co.Ltd.", "Mr. Li... ok", "时间10:32:05"])
    func `a text without a link is not mistaken for one`(text: String) throws {
        #expect(SMSLink.first(in: text) == nil)
    }

    @Test(arguments: ["a\u{0}b", "a\u{1B}b", "a\u{7F}b", "a\u{85}b"])
    func `control characters are refused`(text: String) {
        #expect(throws: SMSError(.text, "")) { try provider.check(text, signature: "示例") }
    }

    @Test func `a text beyond the gateway's limit is refused with both figures`() {
        let error = #expect(throws: SMSError.self) {
            try provider.check(String(repeating: "送", count: 499), signature: "示例")
        }
        #expect(error?.reason.contains("503 units") == true)
        #expect(error?.reason.contains("500") == true)
    }
}
