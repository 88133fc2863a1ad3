import Evidence
import Notices

/// Everything the HR core asks of a database; one store conforms to all of it.
public typealias PeopleStores = RosterStore & ActStore

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

    /// Puts the desks together on one store.
    ///
    /// - Parameters:
    ///   - issue: the gateway's first room, through which every notice leaves.
    ///   - directory: the gateway's people and issuing entities.
    ///   - addresses: checks names and addresses before they come on record.
    ///   - law: the periods of notice.
    public init(
        store: any PeopleStores, issue: IssueDesk, directory: any RecipientStore, addresses: AddressDesk,
        law: ServiceLaw, recorder: EvidenceRecorder, clock: any WallClock
    ) {
        let signer = ActRecorder(recorder: recorder, clock: clock)
        sender = NoticeSender(issue: issue, directory: directory, store: store, acts: signer)
        // Each neighbour of the roster fills in its part here: the gate, the handover, the courses.
        let hooks = RosterHooks()
        access = AccessDesk(store: store, acts: signer, hooks: hooks)
        roster = RosterDesk(
            store: store, addresses: addresses, directory: directory, law: law, hooks: hooks, acts: signer, clock: clock
        )
        acts = store
    }
}
