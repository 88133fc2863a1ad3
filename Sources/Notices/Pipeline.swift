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
///    ``OperationDesk`` is where people step in: routes at rest, and what was set aside.
/// 6. ``ProofDesk`` tells the time line and assembles the proof bundle.
///
/// Each step is one transaction that writes the new state and its evidence together, so the rooms need not trust each
/// other: a crash anywhere leaves every notice in a state from which the next run goes on.
///
/// A class, as whoever holds it would otherwise copy every room with all its parts.
public final class Pipeline: Sendable {
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
    /// Rooms three and four, for operators.
    public let operate: OperationDesk
    /// Room six.
    public let prove: ProofDesk

    /// Puts the rooms together.
    public init(
        issue: IssueDesk, seal: Sealer, dispatch: [Dispatcher], receive: ReceiptDesk, read: ReadingDesk,
        postal: PostalDesk, escalate: Escalation, operate: OperationDesk, prove: ProofDesk
    ) {
        self.issue = issue
        self.seal = seal
        self.dispatch = dispatch
        self.receive = receive
        self.read = read
        self.postal = postal
        self.escalate = escalate
        self.operate = operate
        self.prove = prove
    }

    /// Runs everything that works by itself until told to stop.
    public func run(until stop: StopSignal) async throws {
        stop.wakes(seal.poke)
        for dispatcher in dispatch { stop.wakes(dispatcher.poke) }
        stop.wakes(escalate.poke)
        let refresh = Poke()
        stop.wakes(refresh)
        // Before the first parcel: what an operator stopped stays stopped over a restart.
        try await operate.refreshRoutes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [seal] in try await seal.run(until: stop) }
            for dispatcher in dispatch { group.addTask { try await dispatcher.run(until: stop) } }
            group.addTask { [escalate] in
                while !stop.isStopped && !Task.isCancelled {
                    try await escalate.runOnce()
                    await escalate.poke.wait(.seconds(5))
                }
            }
            group.addTask { [operate] in
                while !stop.isStopped && !Task.isCancelled {
                    await refresh.wait(OperationDesk.refreshInterval)
                    try await operate.refreshRoutes()
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
