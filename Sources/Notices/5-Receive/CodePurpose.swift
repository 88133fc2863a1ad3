import Evidence

/// What a one-time code is asked for; a code works for this one step and no other.
public enum CodePurpose: Sendable, Hashable {
    /// Proves that an address belongs to the person.
    case confirmAddress(ChannelKind)
    /// Opens the notice behind a link.
    case openNotice(DeliveryID)
    /// Signs the document with this hash.
    case sign(Digest)

    /// The form in which the step is stored and bound into the code's hash.
    var key: String {
        switch self {
        case .confirmAddress(let channel): "confirm:\(channel.rawValue)"
        case .openNotice(let delivery): "open:\(delivery.rawValue)"
        case .sign(let hash): "sign:\(hash.hex)"
        }
    }

    /// What the person is told; who asks is named too, since a code without either teaches people to pass codes on.
    func text(code: String, from sender: String, in language: NoticeLanguage) -> String {
        switch language {
        case .chinese:
            let step =
                switch self {
                case .confirmAddress: "确认送达地址"
                case .openNotice: "查阅通知"
                case .sign: "签署文件"
                }
            return "您的验证码为\(code)，仅用于\(step)，10分钟内有效，请勿告知他人。发送单位：\(sender)"
        case .english:
            let step =
                switch self {
                case .confirmAddress: "to confirm your address for service"
                case .openNotice: "to open your notice"
                case .sign: "to sign a document"
                }
            return "Your code is \(code), \(step) only; valid for 10 minutes. Do not tell it to anyone. From: \(sender)"
        }
    }
}
