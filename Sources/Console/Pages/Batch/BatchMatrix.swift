import Evidence
import Notices
import People

/// The delivery matrix of a batch: who × channel × what was observed, in the words of a single delivery and no stronger.
struct BatchMatrix: Sendable {
    let frame: Frame
    let w: [String: String]
    let name: String
    let kind: String
    let count: Int
    let begunAt: String
    let unconfirmed: Int
    let states: [Count]
    let channels: [Channel]
    let action: String
    let parts: [NoticePages.Choice]
    let hasClients: Bool
    let rows: [Row]
    let isEmpty: Bool
    let next: String?

    /// How many there are of something.
    struct Count: Sendable {
        let label: String
        let stateClass: String
        let count: Int
    }

    /// One channel with the states of its deliveries.
    struct Channel: Sendable {
        let name: String
        let states: [Count]
    }

    /// One recipient.
    struct Row: Sendable {
        let href: String
        let number: String
        let recipient: String
        let client: String?
        let cells: [Cell]
        let answer: String
        let answerClass: String
        let deadline: String?
    }

    /// What was observed on one channel.
    struct Cell: Sendable {
        let states: [State]

        /// One delivery.
        struct State: Sendable {
            let label: String
            let stateClass: String
            let at: String
        }
    }

    init(
        _ standing: BatchStanding, _ found: [BatchRow], clients: [PersonID: [Client]], part: BatchPart,
        action: String, next: String?, _ make: PageMaker
    ) {
        let batch = standing.batch
        name = batch.name
        kind = make.kind(batch.kind)
        frame = make.frame(make.phrases.title("batch", of: batch.name))
        w = frame.w
        count = batch.count
        begunAt = make.time(batch.begunAt)
        unconfirmed = standing.unconfirmed
        states = NoticeState.allCases.compactMap { state in
            standing.notices[state].map {
                Count(label: make.word("notice_\(state.rawValue)"), stateClass: state.rawValue, count: $0)
            }
        }
        let used = ChannelKind.allCases.filter { standing.deliveries[$0] != nil }
        channels = used.map { channel in
            Channel(
                name: make.word("channel_\(channel.rawValue)"),
                states: DeliveryState.allCases.compactMap { state in
                    standing.deliveries[channel]?[state].map {
                        Count(label: make.word("delivery_\(state.rawValue)"), stateClass: Self.mark(state), count: $0)
                    }
                })
        }
        self.action = action
        parts = BatchPart.allCases.map {
            .init(value: $0.rawValue, label: make.word("batch_\($0.rawValue)"), isSelected: $0 == part)
        }
        hasClients = !clients.isEmpty
        rows = found.flatMap { row in
            row.notice.recipients.map { Row(row, $0, clients: clients, hasClients: !clients.isEmpty, used, make) }
        }
        isEmpty = found.isEmpty
        self.next = next
    }

    static func mark(_ state: DeliveryState) -> String { state.isNegative ? "negative" : state.rawValue }
}

extension BatchMatrix.Row {
    init(
        _ row: BatchRow, _ recipient: NoticeRecipient, clients: [PersonID: [Client]], hasClients: Bool,
        _ channels: [ChannelKind], _ make: PageMaker
    ) {
        let own = row.deliveries.filter { $0.person == recipient.person }
        let names = clients[recipient.person]?.map(\.name).joined(separator: make.word("enumeration"))
        let isConfirmed = own.contains { $0.state == .acknowledged }
        let answers = row.answers.filter { $0.person == recipient.person }
        let said = answers.map { "\(make.event($0.event)) \(make.time($0.learntAt))" }
        let isLinkConfirmed = answers.contains { $0.event.rawValue == "LinkAcknowledged" }
        self.init(
            href: Site.page(Site.noticePage, row.notice.id), number: row.notice.number,
            recipient: recipient.name.isEmpty ? recipient.person.rawValue : recipient.name,
            client: hasClients ? names ?? "—" : nil,
            cells: channels.map { channel in
                BatchMatrix.Cell(
                    states: own.filter { $0.address.channel == channel }.map {
                        .init(
                            label: make.word("delivery_\($0.state.rawValue)"), stateClass: BatchMatrix.mark($0.state),
                            at: make.time($0.stateAt))
                    })
            },
            answer: ([make.word(isConfirmed ? "batch_confirmed" : "batch_notConfirmed")] + said)
                .joined(separator: make.word("report_semicolon")),
            answerClass: isConfirmed || isLinkConfirmed ? "acknowledged" : "",
            deadline: row.nextSteps[recipient.person].map { make.time($0) })
    }
}
