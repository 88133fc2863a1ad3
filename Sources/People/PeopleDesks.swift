import Evidence
import Notices

/// Everything the HR core asks of a database; one store conforms to all of it.
public typealias PeopleStores = RosterStore & ActStore & AgreementStore & TrainingStore & PayStore

/// The desks of the HR core, one a subject.
///
/// Start here. People come on record at the roster; what they may do follows from ``AccessPolicy`` and their state of
/// employment; everything that may matter in a dispute is an ``Act``. Notices leave through the gateway like anybody's.
public struct PeopleDesks: Sendable {
    /// Units, members of staff, and how employments move.
    public let roster: RosterDesk
    /// As whom somebody acts; roles and freezes.
    public let access: AccessDesk
    /// What was recorded about a thing.
    public let acts: any ActReader

    /// Issues notices in the name of the entity that employs or serves.
    public let sender: NoticeSender
    /// Agreements, their signatures, and the non-compete clock.
    public let agreements: AgreementDesk
    /// Policies, courses, exams and statements.
    public let training: TrainingDesk
    /// Pay sheets.
    public let pay: PayDesk

    /// Puts the desks together on one store.
    ///
    /// - Parameters:
    ///   - issue: the gateway's first room, through which every notice leaves.
    ///   - directory: the gateway's people and issuing entities.
    ///   - addresses: checks names and addresses before they come on record.
    ///   - law: the periods of notice.
    ///   - papers: the texts and rules of agreements, training and pay.
    public init(
        store: any PeopleStores, issue: IssueDesk, directory: any RecipientStore, addresses: AddressDesk,
        law: ServiceLaw, recorder: EvidenceRecorder, clock: any WallClock, papers: Papers
    ) {
        let signer = ActRecorder(recorder: recorder, clock: clock)
        sender = NoticeSender(issue: issue, directory: directory, store: store, acts: signer)
        agreements = AgreementDesk(
            store: store, sender: sender, signing: papers.signing, acts: signer, clock: clock,
            library: papers.agreements, rules: papers.agreementRules)
        training = TrainingDesk(
            store: store, roster: store, log: store, signing: papers.signing, acts: signer, clock: clock,
            rules: papers.training)
        // Each neighbour of the roster fills in its part here: the gate, the handover, the courses.
        var hooks = RosterHooks()
        hooks.gate = agreements
        hooks.training = training
        access = AccessDesk(store: store, acts: signer, hooks: hooks)
        roster = RosterDesk(
            store: store, addresses: addresses, directory: directory, law: law, hooks: hooks, acts: signer, clock: clock
        )
        acts = store
        pay = PayDesk(
            store: store, roster: store, training: store, results: nil, acts: signer, clock: clock, rules: papers.pay)
    }
}
