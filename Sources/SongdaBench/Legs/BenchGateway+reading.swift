import Evidence
import Notices

extension BenchGateway {
    /// The desk at which people open what was sent to them.
    func reading() -> ReadingDesk {
        ReadingDesk(
            receipts: store, reader: store, credentials: store,
            codes: OneTimeCodes(
                store: store, log: log, recorder: recorder, clock: clock, key: SecureRandom.bytes(32), routes: [:]),
            templates: templates, tickets: ViewTickets(key: SecureRandom.bytes(32)), recorder: recorder, clock: clock)
    }
}
