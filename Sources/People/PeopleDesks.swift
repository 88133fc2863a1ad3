import Evidence
import Notices

/// Everything the HR core asks of a database; one store conforms to all of it.
public typealias PeopleStores = RosterStore & ActStore & ClientStore & HandoverStore & AgreementStore & TrainingStore
    & PayStore & AttendanceStore & PerformanceStore & RiskStore

/// The desks of the HR core, one a subject.
///
/// Start here. People come on record at the roster; what they may do follows from ``AccessPolicy`` and their state of
/// employment; everything that may matter in a dispute is an ``Act``. Notices leave through the gateway like anybody's.
///
/// A class, as whoever holds it would otherwise copy every desk with all its parts.
public final class PeopleDesks: Sendable {
    /// Units, members of staff, and how employments move.
    public let roster: RosterDesk
    /// What can be shown about a person or a case.
    public let dossiers: DossierDesk
    /// As whom somebody acts; roles and freezes.
    public let access: AccessDesk
    /// Punches, leave, shift plans, today's board.
    public let attendance: AttendanceDesk
    /// Goals, progress, reviews.
    public let performance: PerformanceDesk
    /// Rules, alerts, and what was done about them.
    public let risk: RiskDesk
    /// Copies of what is held about a person, for that person.
    public let ownData: OwnDataDesk
    /// What was recorded about a thing.
    public let acts: any ActReader

    /// Clients, who is in charge of them, and who looks.
    public let clients: ClientDesk

    /// Departures, from the notice to the internal clearance.
    public let handover: HandoverDesk

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
    ///   - notices: reads notices, for what their recipients have answered.
    ///   - directory: the gateway's people and issuing entities.
    ///   - addresses: checks names and addresses before they come on record.
    ///   - law: the periods of notice.
    ///   - rules: the directory with the rules that may change while the program runs; a fault in one refuses the start.
    ///   - calendars: the directory with the working days of each year.
    ///   - papers: the texts and rules of agreements, training and pay.
    ///   - notices: reads what was issued.
    ///   - prove: writes bundles that a stranger verifies.
    ///   - documents: typesets.
    public init(
        store: any PeopleStores, issue: IssueDesk, notices: any NoticeReader, directory: any RecipientStore,
        addresses: AddressDesk, law: ServiceLaw, prove: ProofDesk, documents: DocumentMaker, rules: String,
        calendars: String, recorder: EvidenceRecorder, clock: any WallClock, papers: Papers
    ) throws {
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
        hooks.handover = store
        access = AccessDesk(store: store, acts: signer, hooks: hooks)
        roster = RosterDesk(
            store: store, addresses: addresses, directory: directory, law: law, hooks: hooks, acts: signer, clock: clock
        )
        acts = store
        ownData = OwnDataDesk(store: store, directory: directory, notices: notices, acts: signer)
        performance = PerformanceDesk(store: store, acts: signer, clock: clock)
        clients = ClientDesk(
            store: store, acts: signer, sender: sender, directory: directory, addresses: addresses,
            clauses: agreements, rules: try ClientRules.file(rules + "/client-access.yaml"), clock: clock)
        handover = HandoverDesk(
            store: store, roster: roster, access: access, clients: clients, sender: sender, notices: notices,
            directory: directory, law: law, rules: try HandoverRules.file(rules + "/handover.yaml"), acts: signer,
            clock: clock)
        let book = RuleBook(
            files: .init(rules: rules + "/risk.yaml", calendars: calendars), store: store, acts: signer, clock: clock)
        attendance = AttendanceDesk(store: store, book: book, acts: signer, clock: clock)
        pay = PayDesk(
            store: store, roster: store, training: store, results: performance, lateness: attendance, acts: signer,
            clock: clock,
            rules: papers.pay)
        risk = RiskDesk(
            store: store, book: book, attendance: attendance, sender: sender, clients: clients, acts: signer,
            clock: clock)
        // Whoever keeps files or lists that belong into a dossier joins here.
        dossiers = DossierDesk(
            store: store, notices: notices, prove: prove, documents: documents,
            sources: [agreements, performance, attendance, risk, clients, handover], sender: sender, acts: signer)
    }
}
