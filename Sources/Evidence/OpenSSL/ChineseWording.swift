/// Chinese for what stands inside sentences: what was read, and what OpenSSL said of it.
enum ChineseWording {
    /// What was read, to stand before a Chinese word; a file keeps its name.
    static func source(_ name: String) -> String {
        if let known = sources[name] { return known }
        let prefix = "the key in "
        return name.hasPrefix(prefix) ? source(String(name.dropFirst(prefix.count))) + "中的密钥" : name + " "
    }

    private static let sources = [
        "the signature": "签名", "the timestamp token": "时间戳令牌", "the timestamp token's statement": "时间戳令牌的陈述（TSTInfo）",
        "the timestamp reply": "时间戳应答", "the certificate": "证书", "a certificate": "证书", "the public key": "公钥",
        "a public key": "公钥", "the new key": "新密钥",
    ]

    /// The end of a sentence that rests on OpenSSL's words: what they mean where that is known, and always the words.
    static func quoting(_ words: String) -> String {
        guard words != OpenSSLQueue.silence else { return "（OpenSSL 未说明原因）" }
        let meaning = meanings.first { words.contains($0.words) }.map { "：\($0.chinese)" } ?? ""
        return "\(meaning)（OpenSSL：\(words)）"
    }

    /// In this order: some words stand within others.
    static let meanings: [(words: String, chinese: String)] = [
        ("unable to get local issuer certificate", "找不到签发该证书的上级证书"),
        ("unable to get issuer certificate", "找不到上级证书的签发者证书"),
        ("unable to verify the first certificate", "证书链的第一张证书无法核验"),
        ("self-signed certificate in certificate chain", "证书链以不受信任的自签名证书结尾"),
        ("self-signed certificate", "该证书是不受信任的自签名证书"),
        ("certificate has expired", "证书链中有证书已过期"),
        ("certificate is not yet valid", "证书链中有证书尚未生效"),
        ("certificate signature failure", "证书链中有证书的签名不符"),
        ("invalid CA certificate", "上级证书不是 CA 证书"),
        ("path length constraint exceeded", "证书链超过所允许的层数"),
        ("unsuitable certificate purpose", "证书的用途不符"),
        ("EE certificate key too weak", "证书的密钥强度不足"),
        ("CA certificate key too weak", "上级证书的密钥强度不足"),
        ("CA signature digest algorithm too weak", "证书链所用的摘要算法强度不足"),
        ("invalid signer certificate purpose", "签名证书的用途不是时间戳"),
        ("there must be one signer", "签名人应有且仅有一个"),
        ("ess signing certificate error", "令牌所指明的证书不是其签名证书"),
        ("wrong content type", "内容类型不符"),
        ("certificate verify error", "其证书不能通向受信任的根证书"),
        ("signature failure", "签名不符"),
    ]
}

extension EvidenceError.Code {
    /// What the code means in Chinese, for errors that were made without a Chinese sentence.
    var chinese: String {
        switch self {
        case .cryptography: "密码运算失败"
        case .badKey: "密钥无法读取、不受支持或者与证书不符"
        case .badCertificate: "证书无法读取、已过期或者用途不符"
        case .badFile: "文件无法读取或者写入"
        case .exposedFile: "含有秘密的文件可被他人读取"
        case .malformed: "内容不符合格式"
        case .tooLarge: "超过允许的大小"
        case .badEntry: "存证记录有误"
        case .badCheckpoint: "日志签名点没有日志公钥的签名"
        case .notIncluded: "证明路径不能通向已签名的根哈希"
        default: "出错（代码 \(rawValue)）"
        }
    }
}
