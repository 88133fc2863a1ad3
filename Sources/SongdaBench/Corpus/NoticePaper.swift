import Evidence

/// A formal notice of one page in both languages, another for each number and the same in every run.
struct NoticePaper: Encodable {
    let title: String
    /// Its paragraphs.
    let lines: [String]

    init(_ index: Int) {
        let name = Corpus.name(index)
        title = "劳动合同续订通知书 Notice of Renewal"
        lines = [
            "\(name) 先生/女士：",
            "您与上海示例科技有限公司签订的劳动合同（编号 HT-2024-\(10_000 + index)）将于 2026 年 12 月 31 日期满。公司拟在维持原劳动合同"
                + "约定条件的基础上与您续订劳动合同，续订期限为三年，自 2027 年 1 月 1 日起至 2029 年 12 月 31 日止。",
            "请您于收到本通知之日起十五日内，以书面形式将是否同意续订的意见送达公司人力资源部；逾期未答复的，公司将依照《中华人民共和国劳动"
                + "合同法》的有关规定办理。对本通知有异议的，请在上述期限内书面提出。",
            "Dear \(name), your employment contract HT-2024-\(10_000 + index) ends on 31 December 2026. The company offers to "
                + "renew it on unchanged terms for three years, from 1 January 2027 to 31 December 2029.",
            "Please answer in writing within fifteen days of receiving this notice. If you object to it, please say so in "
                + "writing within the same period. To verify this notice, call the human resources department.",
            "上海示例科技有限公司　人力资源部 021-88886666",
        ]
    }

    /// What it is called.
    static func number(_ index: Int) -> String {
        let digits = String(index)
        return "BENCH-2026-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// The same as the source of our typesetter.
    var markdown: String { "# \(title)\n\n" + lines.joined(separator: "\n\n") + "\n" }
}
