/// How firmly it can be shown that a notice reached the person, from 0 to 5, with the reason and the advice.
public struct EvidenceStrength: Sendable, Hashable {
    /// 5 signed acknowledgement, or signed for in person with identity; 4 opened, or acknowledged without a signature, by an
    /// identified person, bound to the hash shown; 3 arrived at a confirmed address; 2 reported delivered at an unconfirmed
    /// address; 1 accepted by a server or gateway; 0 nothing observed.
    public let level: Int
    /// What was observed.
    public let reason: BilingualText
    /// What to do about it.
    public let advice: BilingualText

    /// The strength of the strongest of several observations.
    public init(_ observations: [ServiceObservation]) {
        // Whoever acknowledged has opened it before, at the same level: the later act is the one to tell of.
        self =
            observations.map { Self.of($0) }.max {
                ($0.level, $0 == .acknowledged ? 1 : 0) < ($1.level, $1 == .acknowledged ? 1 : 0)
            } ?? .nothing
    }

    /// The strength while a notice is in a state: before it is sealed there is nothing to have arrived.
    init(_ observations: [ServiceObservation], in state: NoticeState) {
        switch state {
        case .cancelled where !observations.isEmpty:
            let observed = EvidenceStrength(observations)
            self.init(observed.level, observed.reason, Self.withdrawnAfterwards)
        case _ where !observations.isEmpty: self.init(observations)
        case .awaitingApproval: self = .awaitingApproval
        case .approved: self = .approved
        case .cancelled: self = .withdrawn
        case .quarantined: self = .setAside
        default: self.init(observations)
        }
    }

    private init(_ level: Int, _ reason: BilingualText, _ advice: BilingualText) {
        self.level = level
        self.reason = reason
        self.advice = advice
    }

    private static func of(_ fact: ServiceObservation) -> EvidenceStrength {
        switch fact.state {
        case .acknowledged
        where fact.channel.isManual ? fact.taker == .person && fact.isPersonIdentified : fact.isSigned:
            return signed
        case .delivered where fact.channel.isManual:
            if fact.taker == .person, fact.isPersonIdentified { return signed }
            return fact.taker == .cohabitingAdult || fact.taker == .person ? arrived(fact) : proxy
        case .acknowledged, .opened:
            if fact.isPersonIdentified { return fact.state == .acknowledged ? acknowledged : opened }
            return fact.channel.isManual ? proxy : byKey(fact)
        case .delivered, .available: return fact.channel == .publicNotice ? published : arrived(fact)
        case .accepted, .relayed: return accepted
        default: return nothing
        }
    }

    private static func arrived(_ fact: ServiceObservation) -> EvidenceStrength {
        fact.isAddressConfirmed ? atConfirmedAddress : atOtherAddress
    }

    /// Opened with a key that somebody of the sender made: it shows no more than arrival, and that it was not left unopened.
    private static func byKey(_ fact: ServiceObservation) -> EvidenceStrength {
        EvidenceStrength(
            arrived(fact).level,
            BilingualText(
                zh: "持有为本人签发的接口密钥的人打开或者签收；密钥由发出单位签发，不能证明是本人所为",
                en: "whoever holds an API key that was made for the person opened or acknowledged it; the key was made "
                    + "by somebody of the sender, so that it does not show that the person acted"),
            BilingualText(
                zh: "请本人以自己的账号登录或者凭一次性验证码打开并签收",
                en: "have the person open and acknowledge it with an account of their own or a one-time code"))
    }

    private static let signed = EvidenceStrength(
        5, BilingualText(zh: "本人已签收，身份和签名可核验", en: "the person acknowledged it; identity and signature can be checked"),
        BilingualText(zh: "无需进一步送达，请保存证据包", en: "no further service is needed; keep the proof bundle"))
    private static let opened = EvidenceStrength(
        4,
        BilingualText(
            zh: "经身份验证的本人打开了全文，记录绑定所示内容的校验值",
            en: "the identified person opened the full text; the record is bound to the hash of what was shown"),
        BilingualText(
            zh: "可以再请本人签收；对方否认阅读时，提交打开记录和验证记录",
            en:
                "ask for an acknowledgement as well; if reading is denied, submit the record of opening and identification"
        ))
    private static let acknowledged = EvidenceStrength(
        4,
        BilingualText(
            zh: "经身份验证的本人打开全文并确认签收，记录绑定所示内容的校验值；签收未附本人签名",
            en:
                "the identified person opened the full text and acknowledged receipt; the record is bound to the hash of "
                + "what was shown; the acknowledgement carries no signature of theirs"),
        BilingualText(
            zh: "一般无需再送达，请保存证据包；预计对方会否认本人操作的，以邮政特快专递或者当面送达取得本人签名（第5级）",
            en:
                "further service is usually not needed; keep the proof bundle. If the person may deny having acted, obtain "
                + "their signature by express mail or in person (level 5)"))
    private static let atConfirmedAddress = EvidenceStrength(
        3, BilingualText(zh: "已到达本人确认的送达地址", en: "it arrived at an address the person confirmed"),
        BilingualText(
            zh: "依约定可以主张送达；请附送达地址确认书，并提醒本人阅读",
            en:
                "service can be claimed under the agreement; attach the address confirmation and remind the person to read"
        ))
    private static let atOtherAddress = EvidenceStrength(
        2,
        BilingualText(
            zh: "报告已到达，但该地址未经本人确认，只能用于证明本人知道或者应当知道",
            en: "reported delivered, but the person did not confirm this address; it only helps to show knowledge"),
        BilingualText(
            zh: "请以邮政特快专递或者当面送达补充，并请本人签署送达地址确认书",
            en: "add express mail or service in person, and have the person sign an address confirmation"))
    private static let proxy = EvidenceStrength(
        2,
        BilingualText(
            zh: "他人代收，不能证明本人收到", en: "somebody else signed for it; that does not prove receipt by the person"),
        BilingualText(
            zh: "请核实代收人与本人的关系，并再次送达本人", en: "establish how that person is related, and serve the recipient again"))
    private static let published = EvidenceStrength(
        2, BilingualText(zh: "已公告，本人是否知悉未被观察到", en: "it was published; whether the person saw it was not observed"),
        BilingualText(
            zh: "请保存此前各种送达方式均无法送达的证据，三十日届满前不视为送达",
            en: "keep the proof that every other way failed; service counts only after thirty days"))
    private static let accepted = EvidenceStrength(
        1,
        BilingualText(
            zh: "仅有服务器或者网关接收的记录，不等于到达本人", en: "a server or gateway took it, which is not arrival at the person"),
        BilingualText(
            zh: "请等待回执；期限内没有回执的，启动下一送达步骤",
            en: "wait for a receipt; without one in time, start the next step of the plan"))
    private static let nothing = EvidenceStrength(
        0, BilingualText(zh: "没有观察到任何送达事实", en: "nothing was observed"),
        BilingualText(zh: "请核对地址并换一种方式送达", en: "check the address and serve it another way"))
    private static let awaitingApproval = EvidenceStrength(
        0, BilingualText(zh: "尚未发出：等待审批", en: "it has not been sent: it awaits approval"),
        BilingualText(
            zh: "请审批人阅读并同意；全部同意之后才会签章和送达",
            en: "have the approvers read and approve it; only then is it sealed and served"))
    private static let approved = EvidenceStrength(
        0, BilingualText(zh: "尚未发出：已经审批，等待签章", en: "it has not been sent: it is approved and about to be sealed"),
        BilingualText(
            zh: "签章通常在数秒内完成；持续未完成的，请查看运行状况",
            en: "sealing takes seconds; if it does not happen, look at the state of operation"))
    private static let withdrawn = EvidenceStrength(
        0, BilingualText(zh: "已撤回，没有送达", en: "it was withdrawn and not served"),
        BilingualText(zh: "需要送达的，请重新拟稿", en: "to serve it after all, issue another notice"))
    private static let withdrawnAfterwards = BilingualText(
        zh: "已撤回，不视为送达；需要送达的，请重新拟稿",
        en: "it was withdrawn and is not deemed served; to serve it after all, issue another notice")
    private static let setAside = EvidenceStrength(
        0, BilingualText(zh: "尚未发出：因故障被隔离", en: "it has not been sent: it was set aside after a fault"),
        BilingualText(
            zh: "请管理员查看时间线中的原因，排除后解除隔离",
            en: "have an operator read the reason in the time line, cure it and release the notice"))
}
