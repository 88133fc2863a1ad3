import CPostgres
import Foundation

/// Waiting for a server that may stand still.
///
/// Who is gone is noticed by TCP, as long as something of ours was not taken. A server that is stopped, or whose machine is cut
/// off while we only wait for its answer, leaves a connection that never ends: a cluster would have another leader long since,
/// and we would wait for the old one. A statement may take its time, so silence alone proves nothing; the same server is then
/// asked, on a second connection, whether anybody is there.
extension PostgresConnection {
    /// How long nothing may come before it is asked.
    private static let longestSilence = Duration.seconds(5)
    static let reasonOfSilence = "it answers nothing, and no new connection either"

    /// What `PQgetResult` gives; nothing also when the server is given up.
    func nextResult() -> OpaquePointer? {
        guard !isGivenUp else { return nil }
        var heardAt = ContinuousClock.now
        while PQisBusy(raw) == 1 {
            var socket = pollfd(fd: PQsocket(raw), events: Int16(POLLIN), revents: 0)
            // In small steps: what TLS has read already is not seen by poll.
            if poll(&socket, 1, 100) > 0 {
                heardAt = .now
            } else if ContinuousClock.now - heardAt > Self.longestSilence {
                // Twice: one that only has much to do may be late for the first question.
                guard target.isThere(raw) || target.isThere(raw) || poll(&socket, 1, 0) > 0 else {
                    giveUp()
                    return nil
                }
                heardAt = .now
            }
            // What is wrong with the connection is said by the result.
            guard PQconsumeInput(raw) == 1 else { break }
        }
        return PQgetResult(raw)
    }

    /// Hangs up without a word, for which there may be no room.
    ///
    /// A server that wakes up still does what it was sent, a COMMIT included; what became of that is asked by its witness.
    private func giveUp() {
        isGivenUp = true
        shutdown(PQsocket(raw), Int32(SHUT_RDWR))
    }
}
