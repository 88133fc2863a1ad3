/// The ways a notice can reach a person.
public enum ChannelKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The in-system inbox (站内信箱), read by a person who has signed in.
    case inbox
    /// Electronic mail over SMTP.
    case email
    /// A text message through the HTTP interface of a gateway.
    case sms
    /// Express mail carried out by people (邮政特快专递); a waybill is recorded.
    case ems
    /// Handed over in person, or left on site with witnesses (直接送达、留置送达).
    case onSite
    /// Published notice (公告送达), the last resort.
    case publicNotice

    /// Whether the dispatcher hands it over by itself; the others are steps that people do and record.
    public var isDispatched: Bool { self == .email || self == .sms }

    /// Whether people carry it out and enter what they observed.
    public var isManual: Bool { self == .ems || self == .onSite || self == .publicNotice }
}
