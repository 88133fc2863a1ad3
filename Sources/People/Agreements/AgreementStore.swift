import Evidence
import Notices

/// Reads agreements and what became of them.
public protocol AgreementReader: SignedClauseReader {
    /// One agreement.
    func agreement(_ id: AgreementID) async throws -> Agreement?
    /// The agreement with this number.
    func agreement(number: String) async throws -> Agreement?
    /// Every agreement with a person, the oldest first.
    func agreements(with person: PersonID) async throws -> [Agreement]
    /// The document of an agreement; nil after erasure.
    func file(of agreement: AgreementID) async throws -> AgreementFile?
    /// Offers that were not served yet, the oldest first.
    func unservedOffers(limit: Int) async throws -> [Agreement]
    /// Clocks of non-competes in these states.
    func nonCompetes(_ states: Set<NonCompete.State>) async throws -> [NonCompete]
    /// Signed agreements of a kind whose clock has not begun, of people whose employment ended by a day.
    func leavers(bound kind: String, by day: CivilDate) async throws -> [(agreement: Agreement, lastDay: CivilDate)]
    /// Tasks, open or closed, the oldest first; of one person where named.
    func tasks(isOpen: Bool?, of person: PersonID?) async throws -> [CheckTask]
}

/// Keeps agreements; each verb is one transaction of state and acts.
public protocol AgreementStore: AgreementReader {
    /// Keeps an offer; false if the person has that version of that kind already, offered or signed.
    func offer(_ agreement: Agreement, file: AgreementFile, acts: [Act]) async throws -> Bool
    /// Marks an offer as served by a notice of the gateway.
    func markServed(_ id: AgreementID, by notice: NoticeID) async throws
    /// Takes an offer back; false if somebody else moved it first.
    func withdraw(_ id: AgreementID, acts: [Act]) async throws -> Bool
    /// Keeps the signature of an offer; false if it is no offer any more.
    func sign(_ agreement: Agreement, file: AgreementFile, acts: [Act]) async throws -> Bool
    /// Starts a clock; false if it runs already.
    func start(_ clock: NonCompete, acts: [Act]) async throws -> Bool
    /// Stops a clock; false if it is not running any more.
    func stop(_ agreement: AgreementID, as state: NonCompete.State, acts: [Act]) async throws -> Bool
    /// Records the compensation of a month; false if it was recorded before.
    func pay(_ agreement: AgreementID, month: Int, amount: Amount, on day: CivilDate, acts: [Act]) async throws -> Bool
    /// Opens a task; false if the same occasion opened one before.
    func open(_ task: CheckTask, acts: [Act]) async throws -> Bool
    /// Closes a task; false if it was closed before.
    func close(_ task: CheckTask, acts: [Act]) async throws -> Bool
}
