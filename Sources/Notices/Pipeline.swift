import Evidence

/// The six rooms in order.
///
/// Start here.
///
/// issue ─► render ─► seal ─► dispatch ─► receive ─► prove
///
/// 1. ``IssueDesk`` checks a request, has it rendered and approved, and puts it on disk.
/// 2. ``Renderer`` fills a template, or refuses with everything that is missing.
/// 3. ``Sealer`` fixes the bytes, signs them and starts the deliveries of the first rung.
/// 4. ``Dispatcher`` hands deliveries to channels: intent on disk, act, outcome on disk.
/// 5. ``ReceiptDesk``, ``ReadingDesk``, ``PostalDesk`` take what comes back; ``Escalation`` starts the later rungs.
/// 6. ``ProofDesk`` tells the time line and assembles the proof bundle.
///
/// Each step is one transaction that writes the new state and its evidence together, so the rooms need not trust each
/// other: a crash anywhere leaves every notice in a state from which the next run goes on.
public struct Pipeline: Sendable {
    /// Rooms one and two.
    public let issue: IssueDesk
    /// Room three.
    public let seal: Sealer
    /// Room four, one dispatcher a channel.
    public let dispatch: [Dispatcher]
    /// Room five.
    public let receive: ReceiptDesk
    /// Room five, for people who read and answer.
    public let read: ReadingDesk
    /// Room five, for what comes back on paper.
    public let postal: PostalDesk
    /// Room five, the clock.
    public let escalate: Escalation
    /// Room six.
    public let prove: ProofDesk

    /// Puts the rooms together.
    public init(
        issue: IssueDesk, seal: Sealer, dispatch: [Dispatcher], receive: ReceiptDesk, read: ReadingDesk,
        postal: PostalDesk, escalate: Escalation, prove: ProofDesk
    ) {
        self.issue = issue
        self.seal = seal
        self.dispatch = dispatch
        self.receive = receive
        self.read = read
        self.postal = postal
        self.escalate = escalate
        self.prove = prove
    }

    /// Runs everything that works by itself until told to stop.
    public func run(until stop: StopSignal) async throws {
        stop.wakes(seal.poke)
        for dispatcher in dispatch { stop.wakes(dispatcher.poke) }
        let tick = Poke()
        stop.wakes(tick)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await seal.run(until: stop) }
            for dispatcher in dispatch { group.addTask { try await dispatcher.run(until: stop) } }
            group.addTask {
                while !stop.isStopped && !Task.isCancelled {
                    try await escalate.runOnce()
                    await tick.wait(.seconds(5))
                }
            }
            // One worker that cannot record what it does stops them all: no evidence, no action.
            do { while try await group.next() != nil {} } catch {
                stop.stop()
                throw error
            }
        }
    }
}
