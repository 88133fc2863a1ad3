import Evidence
import Hummingbird
import Notices

/// The languages of the pages.
enum PageLanguage: String, Sendable, CaseIterable {
    case chinese = "zh-CN"
    case english = "en"

    /// What a notice or a form names; Chinese is the language of record.
    init(named name: String?) { self = name == "en" ? .english : .chinese }

    /// What the reader chose, or what their browser prefers.
    init(_ request: Request) {
        let query = request.uri.query ?? ""
        if query.contains("lang=en") {
            self = .english
        } else if query.contains("lang=zh-CN") {
            self = .chinese
        } else {
            let wanted = request.headers.values(of: "Accept-Language").first ?? ""
            self = wanted.lowercased().hasPrefix("en") ? .english : .chinese
        }
    }

    var other: PageLanguage { self == .english ? .chinese : .english }
    /// The same where notices are told of.
    var ofNotices: NoticeLanguage { self == .english ? .english : .chinese }
    var words: PageWords { self == .english ? .english : .chinese }
}

/// The fixed words of the pages.
///
/// They say what was observed and no more; see `WORDS.md`.
struct PageWords: Sendable {
    let landingTitle: String
    let from: String
    let creditCode: String
    let number: String
    let hint: String
    let codeHint: String
    let codeLabel: String
    let askCode: String
    let codeSent: String
    let open: String
    let warning: String
    let switchTo: String
    let download: String
    let hash: String
    let openedAt: String
    let answerTitle: String
    let acknowledge: String
    let acknowledgeHint: String
    let objectTitle: String
    let objectLabel: String
    let object: String
    let frameTitle: String
    let frameHint: String
    let acknowledgedTitle: String
    let acknowledgedText: String
    /// The same where nobody was identified, so that nothing more is claimed than was seen.
    let linkAcknowledgedTitle: String
    let linkAcknowledgedText: String
    let objectedTitle: String
    let objectedText: String
    let recordedAt: String
    let incident: String
    let wrongCode: String
    let tooMany: String
    let noCode: String
    let gone: (String, String)
    let notFound: (String, String)
    let refused: (String, String)
    let tooLarge: (String, String)
    let conflict: (String, String)
    let unavailable: (String, String)
    let tooManyPage: (String, String)

    /// The title and the sentence of a refusal.
    func refusal(_ problem: Problem) -> (String, String) {
        switch problem.code {
        case NoticeError.Code.notFound.rawValue: notFound
        case NoticeError.Code.credential.rawValue: gone
        case NoticeError.Code.conflict.rawValue: conflict
        case NoticeError.Code.tooManyRequests.rawValue: tooManyPage
        case Problem.tooLarge(0).code: tooLarge
        default: problem.status >= 500 ? unavailable : refused
        }
    }

    static let chinese = PageWords(
        landingTitle: "您有一份通知", from: "发出单位", creditCode: "统一社会信用代码", number: "通知编号",
        hint: "点击下面的按钮后将显示通知全文，并记录打开时间。仅查看本页不会留下阅读记录。",
        codeHint: "本通知涉及个人信息。请先获取验证码，它将发送至", codeLabel: "验证码（6 位数字）", askCode: "获取验证码",
        codeSent: "验证码已发出，10 分钟内有效。", open: "查阅通知全文",
        warning: "此链接仅可使用一次。如果您不是收件人，请关闭本页。", switchTo: "English", download: "下载已签章文书",
        hash: "文书 SHA-256", openedAt: "打开时间", answerTitle: "您的回复", acknowledge: "确认收到",
        acknowledgeHint: "确认收到仅表示您已收到本通知，不表示同意其内容。", objectTitle: "提出异议", objectLabel: "异议内容",
        object: "提交异议", frameTitle: "通知全文", frameHint: "全文在下框中，请滚动至末尾落款处；正文可能载明您的权利和期限。",
        acknowledgedTitle: "已记录：您确认收到",
        acknowledgedText: "您的确认已与所示文书的哈希值一并记录。", linkAcknowledgedTitle: "已记录：经此链接确认收到",
        linkAcknowledgedText: "确认已与所示文书的哈希值一并记录。此链接未核验身份，因此不视为本人签收；请登录站内信箱签收。",
        objectedTitle: "已记录：您的异议",
        objectedText: "您的异议原文已记录，并与通知一同保存。", recordedAt: "记录时间", incident: "事件编号",
        wrongCode: "验证码不正确或已失效。每个验证码最多可试 5 次，之后请重新获取。", tooMany: "尝试次数过多，请稍后再试。",
        noCode: "请输入 6 位数字验证码。",
        gone: ("链接已失效", "此链接已使用过、已超过 72 小时，或本页打开过久。请登录站内信箱查阅，或联系发出单位。"),
        notFound: ("没有找到", "此链接不对应任何通知。请确认链接是否复制完整。"),
        refused: ("请求未被接受", "请返回上一页重试；如仍不行，请登录站内信箱查阅。"),
        tooLarge: ("文件过大", "文件超过本页可接收的大小。请选择较小的文件；证据包可在自己的电脑上用 songda-verify 核验，不限大小。"),
        conflict: ("未能记录", "所确认的文书与所示文书不一致。请重新打开通知。"),
        unavailable: ("暂时无法办理", "我方系统出现故障，没有记录任何操作。请稍后再试。"),
        tooManyPage: ("请稍后再试", "操作过于频繁，请稍等片刻。"))

    static let english = PageWords(
        landingTitle: "There is a notice for you", from: "Issuing entity", creditCode: "Unified social credit code",
        number: "Notice number",
        hint:
            "The button below shows the full text and records when it was opened. Looking at this page records nothing.",
        codeHint: "This notice is personal. Ask for a code first; it goes to", codeLabel: "Code (6 digits)",
        askCode: "Send me a code", codeSent: "The code is on its way. It is valid for 10 minutes.",
        open: "Read the notice", warning: "This link works once. If it is not meant for you, close this page.",
        switchTo: "中文", download: "Download the sealed notice", hash: "SHA-256 of the document",
        openedAt: "Opened at", answerTitle: "Your answer", acknowledge: "Confirm receipt",
        acknowledgeHint: "Confirming receipt says that you have the notice, not that you agree with it.",
        objectTitle: "Object", objectLabel: "Your objection", object: "Send the objection",
        frameTitle: "Full text of the notice",
        frameHint:
            "The whole text is in the frame below: scroll to its end. It may state rights and time limits of yours.",
        acknowledgedTitle: "Recorded: you confirmed receipt",
        acknowledgedText: "Your confirmation was recorded with the hash of the document shown.",
        linkAcknowledgedTitle: "Recorded: receipt was confirmed through this link",
        linkAcknowledgedText:
            "The confirmation was recorded with the hash of the document shown. The link does not check who "
            + "presses, so it is not counted as the person's; confirm in the inbox for that.",
        objectedTitle: "Recorded: your objection",
        objectedText: "Your objection was recorded word for word and is kept with the notice.",
        recordedAt: "Recorded at", incident: "Incident",
        wrongCode: "The code is wrong or no longer valid. Each code may be tried 5 times; then ask for a new one.",
        tooMany: "Too many tries; wait a while and try again.", noCode: "Enter the code of 6 digits.",
        gone: (
            "This link no longer works",
            "It was used before, is older than 72 hours, or the page was open for too long. Read the notice in the inbox "
                + "or ask the issuing entity."
        ),
        notFound: ("Not found", "This link leads to no notice. Check that it was copied whole."),
        refused: ("Not accepted", "Go back and try again; if that does not help, read the notice in the inbox."),
        tooLarge: (
            "The file is too large",
            "It is larger than this page takes. Choose a smaller one; songda-verify examines bundles of any size on a machine of yours."
        ),
        conflict: ("Not recorded", "The document confirmed is not the one shown. Open the notice again."),
        unavailable: ("Not possible right now", "Our system has a fault and recorded nothing. Try again later."),
        tooManyPage: ("Wait a moment", "That was too often; wait a while and try again."))
}
