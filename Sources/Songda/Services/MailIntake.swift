import Channels
import Curl
import Evidence
import Foundation
import Logging
import Notices

/// Reads the bounce mailbox: delivery reports, read receipts, replies.
///
/// A message is recorded first, then the cursor moves, then it is removed from the mailbox. A crash between any two of
/// these reads it again, and the duplicate is recognised.
struct MailIntake: Sendable {
    let reader: MailboxReader
    let parser: MailReceiptParser
    let desk: ReceiptDesk
    let store: any ReceiptStore
    let interval: Duration
    let logger: Logger

    /// Reads until told to stop.
    func run(until stop: StopSignal) async throws {
        let tick = Poke()
        stop.wakes(tick)
        while !stop.isStopped && !Task.isCancelled {
            do {
                try await readOnce()
            } catch let failure as MailboxFailure {
                // The mailbox is not ours to mend; receipts wait there until it answers again.
                logger.warning("bounce mailbox cannot be read", metadata: ["reason": "\(failure)"])
            }
            await tick.wait(interval)
        }
    }

    /// Reads everything that is new.
    @discardableResult
    func readOnce() async throws -> Int {
        var taken = 0
        while true {
            let cursor = try await cursor()
            let batch = try await reader.fetchNew(since: cursor)
            for message in batch.messages {
                let tally = try await desk.take(message.bytes, by: parser)
                logger.info(
                    "mail report taken",
                    metadata: [
                        "recorded": "\(tally.recorded)", "duplicates": "\(tally.duplicates)",
                        "unmatched": "\(tally.unmatched)", "forged": "\(tally.forged)",
                    ])
                taken += 1
            }
            guard !batch.messages.isEmpty else { return taken }
            let text = String(decoding: try JSONEncoder().encode(batch.cursor), as: UTF8.self)
            try await store.setCursor(parser.feed, to: text)
            try await reader.remove(batch.messages.map(\.uid), in: batch.cursor)
            guard batch.hasMore else { return taken }
        }
    }

    private func cursor() async throws -> MailboxCursor? {
        guard let text = try await store.cursor(parser.feed) else { return nil }
        return try JSONDecoder().decode(MailboxCursor.self, from: Data(text.utf8))
    }
}
