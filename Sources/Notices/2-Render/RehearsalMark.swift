import Typeset

/// The words by which everything that comes out of a rehearsal says that it is one (演练).
///
/// The renderer writes them, not the templates: published versions do not change, and no template can leave them out.
/// They stand in the content that is hashed, approved and sealed, so that nobody takes them off unnoticed.
public enum RehearsalMark {
    /// The whole mark, for whatever has room for it.
    public static let line = "演练，无法律效力 / REHEARSAL, NO LEGAL EFFECT"
    /// What stands before a line that has little room: a subject, a title in the inbox.
    public static let prefix = "[演练 REHEARSAL] "
    /// What stands before the name of a file.
    static let filePrefix = "REHEARSAL-"

    /// The name of a file about a notice, marked if that is one of a rehearsal.
    public static func fileName(_ name: String, isRehearsal: Bool) -> String { (isRehearsal ? filePrefix : "") + name }

    /// What stands before a text message; in one language, because each letter of it is paid for.
    ///
    /// No 【】: those are the signature's, and a text with two is refused by gateways.
    static func smsPrefix(_ language: NoticeLanguage) -> String {
        language == .english ? "REHEARSAL, no legal effect: " : "[演练，无法律效力]"
    }

    /// A text of the document or the mail in Markdown with the mark in front; a title stays the first line.
    static func marking(markdown text: String) -> String {
        guard text.hasPrefix("# "), let end = text.firstIndex(of: "\n") else { return "**\(line)**\n\n\(text)" }
        return "\(text[..<end])\n\n**\(line)**\(text[end...])"
    }

    /// The texts of a notice, each with its mark.
    static func marking(texts: [String: String], _ language: NoticeLanguage) -> [String: String] {
        texts.reduce(into: [:]) { marked, text in
            marked[text.key] =
                switch text.key {
                case "document", "email": marking(markdown: text.value)
                case "sms": smsPrefix(language) + text.value
                default: prefix + text.value
                }
        }
    }

    /// Why a notice of a rehearsal goes no further on a server that serves for real.
    public static let isOver: Sentence =
        "issued in a rehearsal, and this server serves for real: nothing of it is sealed or handed over; "
        + "withdraw it, and issue it again if it is meant (演练中发出，正式运行时不再办理；如确需送达，请撤回后重新签发)"

    /// Why a notice that is meant waits on a server that rehearses.
    public static let waits: Sentence =
        "waits: this server rehearses, and its routes lead to a sandbox (演练模式下不投递正式通知)"
}
