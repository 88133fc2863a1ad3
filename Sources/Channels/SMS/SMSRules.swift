/// What one gateway demands of a text before it may leave.
///
/// Mainland providers refuse a text without its approved signature, or with a link outside the approved
/// template, after the fact and with a bare code. Here it is refused before anything is sent, in words.
public struct SMSRules: Sendable, Hashable {
    /// Who puts the 【signature】 in front of the text.
    public enum SignaturePlacement: String, Sendable, Hashable {
        /// The provider prefixes it: the text must not carry one, yet it counts towards the length.
        case provider
        /// We send it: it must stand once, at the beginning or the end; it is put in front when missing.
        case text
        /// This route knows no signatures.
        case none
    }

    /// Who puts the signature there.
    public var signature: SignaturePlacement
    /// Whether a link or an IP address may stand in the text or in a template's parameters.
    public var allowsLinks: Bool
    /// The longest text in sixteen-bit units or septets, the signature included.
    public var maximumUnits: Int

    /// Makes rules; the defaults are those of mainland providers.
    public init(signature: SignaturePlacement = .provider, allowsLinks: Bool = false, maximumUnits: Int = 500) {
        self.signature = signature
        self.allowsLinks = allowsLinks
        self.maximumUnits = maximumUnits
    }

    /// A text that passed: what we hand over, and what the phone will show.
    public struct Checked: Sendable, Hashable {
        /// The text to hand to the gateway.
        public let submitted: String
        /// The text with its signature, counted and cut.
        public let shown: SMSText
    }

    /// Checks a text against the rules and counts it with its signature.
    public func check(_ text: String, signature name: String?) throws(SMSError) -> Checked {
        try Self.refuseControls(in: text)
        guard !text.isEmpty else {
            throw SMSError(.text, "the SMS text is empty; give the template an sms.txt")
        }
        if !allowsLinks, let link = SMSLink.first(in: text) {
            throw SMSError(
                .text,
                "the SMS text contains \(SMSError.quoted(link)), and this gateway refuses links and addresses;"
                    + " put the fixed link into the template that the provider approved")
        }
        let checked = try placingSignature(text, name)
        guard checked.shown.units <= maximumUnits else {
            throw SMSError(
                .text,
                "the SMS text takes \(checked.shown.units) units with its signature, the gateway allows"
                    + " \(maximumUnits); shorten it")
        }
        return checked
    }

    /// Checks the values of a provider's template, where no whole text is known.
    func check(parameters: [(name: String, value: String)]) throws(SMSError) {
        for (name, value) in parameters {
            try Self.refuseControls(in: value)
            if !allowsLinks, let link = SMSLink.first(in: value) {
                throw SMSError(
                    .text,
                    "template parameter \(name) contains \(SMSError.quoted(link)), and this gateway refuses"
                        + " links in parameters; put the fixed link into the approved template")
            }
        }
    }

    private func placingSignature(_ text: String, _ name: String?) throws(SMSError) -> Checked {
        guard self.signature != .none else {
            return Checked(submitted: text, shown: SMSText(text))
        }
        guard let name, !name.isEmpty else {
            throw SMSError(.text, "the issuer has no SMS signature; set it to the name the provider approved")
        }
        guard !name.unicodeScalars.contains(where: { $0 == "【" || $0 == "】" || $0.value < 0x20 }) else {
            throw SMSError(.text, "SMS signature \(SMSError.quoted(name)) must be the bare name, without 【】")
        }
        let mark = "【\(name)】"
        let marks = Self.signatures(in: text)
        switch self.signature {
        case .provider:
            guard marks.isEmpty else {
                throw SMSError(
                    .text,
                    "the SMS text already carries \(SMSError.quoted("【\(marks[0])】")), and the provider adds the"
                        + " signature itself; remove it from the text")
            }
            return Checked(submitted: text, shown: SMSText(mark + text))
        case .text, .none:
            if marks.isEmpty { return Checked(submitted: mark + text, shown: SMSText(mark + text)) }
            guard marks == [name], text.hasPrefix(mark) || text.hasSuffix(mark) else {
                throw SMSError(
                    .text,
                    "the SMS text carries \(SMSError.quoted(marks.map { "【\($0)】" }.joined())); \(mark) must stand"
                        + " in it exactly once, at the beginning or the end")
            }
            return Checked(submitted: text, shown: SMSText(text))
        }
    }

    /// Every name between 【 and 】, in order; an opening mark without its partner counts as one.
    static func signatures(in text: String) -> [String] {
        var found: [String] = []
        var open: String?
        for scalar in text.unicodeScalars {
            if scalar == "【" {
                if let open { found.append(open) }
                open = ""
            } else if scalar == "】" {
                found.append(open ?? "")
                open = nil
            } else {
                open?.unicodeScalars.append(scalar)
            }
        }
        if let open { found.append(open) }
        return found
    }

    private static func refuseControls(in text: String) throws(SMSError) {
        let control = text.unicodeScalars.first {
            ($0.value < 0x20 && $0 != "\n" && $0 != "\r") || (0x7F...0x9F).contains($0.value)
        }
        if let control {
            throw SMSError(
                .text,
                "the SMS text contains control character U+\(String(control.value, radix: 16, uppercase: true));"
                    + " remove it")
        }
    }
}
