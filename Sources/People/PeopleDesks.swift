import Evidence
import Notices

/// Everything the HR core asks of a database; one store conforms to all of it.
public typealias PeopleStores = RosterStore & ActReader

/// The desks of the HR core, one a subject.
///
/// Start here. People come on record at the roster; what they may do follows from ``AccessPolicy`` and their state of
/// employment; everything that may matter in a dispute is an ``Act``. Notices leave through the gateway like anybody's.
public struct PeopleDesks: Sendable {
    /// As whom somebody acts; roles and freezes.
    public let access: AccessDesk
    /// What was recorded about a thing.
    public let acts: any ActReader

    /// Puts the desks together on one store.
    public init(store: any PeopleStores, recorder: EvidenceRecorder, clock: any WallClock) {
        let signer = ActRecorder(recorder: recorder, clock: clock)
        access = AccessDesk(store: store, acts: signer)
        acts = store
    }
}
