import Evidence
import Notices
import People

extension SchemaType {
    /// Words that stand in the program, so that the description cannot fall behind them; each is a schema of its own.
    static let words: [String: [String]] = gateway.merging(roster) { first, _ in first }
        .merging(clients) { first, _ in first }.merging(handover) { first, _ in first }
        .merging(papers) { first, _ in first }.merging(risk) { first, _ in first }

    private static func all<Word: CaseIterable & RawRepresentable>(_: Word.Type) -> [String]
    where Word.RawValue == String { Word.allCases.map(\.rawValue) }

    private static let gateway: [String: [String]] = [
        "NoticeState": all(NoticeState.self), "DeliveryState": all(DeliveryState.self),
        "WebhookState": all(Webhook.State.self), "WebhookMessageState": all(WebhookMessage.State.self),
        "ChannelKind": all(ChannelKind.self), "Scope": all(APIKey.Scope.self), "KeyKind": all(APIKey.Kind.self),
        "Language": all(NoticeLanguage.self), "NoticeReply": all(NoticeReply.self),
    ]

    private static let roster: [String: [String]] = [
        "EmploymentState": all(EmploymentState.self), "Role": all(Role.self), "ImportMode": all(ImportMode.self),
        "ImportState": all(RosterImport.State.self), "LimboKind": all(ContractLimbo.Kind.self),
        "FileEntryKind": all(FileEntry.Kind.self), "FileLineKind": all(EmployeeFile.Line.Kind.self),
        "RosterOutcome": all(RosterOutcome.Kind.self),
    ]

    private static let clients: [String: [String]] = [
        "OrderState": all(OrderState.self), "ClientEventKind": all(ClientEvent.Kind.self),
        "ClientEventDraftKind": all(ClientAPI.EventKind.self),
        "ClientOperationKind": all(ClientOperation.Kind.self), "ClientAlertKind": all(ClientAlert.Kind.self),
    ]

    private static let handover: [String: [String]] = [
        "DepartureKind": all(DepartureKind.self), "HandoverStage": all(HandoverStage.self),
        "HandoverStep": all(HandoverStep.self), "ItemKind": all(HandoverItem.Kind.self),
        "ItemState": all(HandoverItem.State.self),
        "ItemPart": Set(HandoverItem.Kind.allCases.map(\.part)).sorted(),
        "ConfirmationParty": all(ItemConfirmation.Party.self), "FilePurpose": all(HandoverFile.Purpose.self),
        "HoldingList": all(Holding.List.self), "ClearanceState": all(Clearance.State.self),
    ]

    private static let papers: [String: [String]] = [
        "AgreementState": all(Agreement.State.self), "NonCompeteState": all(NonCompete.State.self),
        "CheckOutcome": all(CheckTask.Outcome.self), "PaySheetState": all(PaySheet.State.self),
    ]

    private static let risk: [String: [String]] = [
        "PunchSource": all(PunchSource.self), "LeaveState": all(Leave.State.self), "DayState": DayVerdict.names,
        "PlanState": all(ShiftPlan.State.self), "GoalState": all(Goal.State.self),
        "ReviewState": all(Review.State.self),
        "AppealState": all(Review.Appeal.State.self), "AlertState": all(Alert.State.self),
        "AlertOutcome": all(Alert.Outcome.self), "InterventionKind": all(Intervention.Kind.self),
        "SeriesName": ProfileSeries.names, "CaseStage": all(CaseView.Stage.self),
        "ConsentKind": all(ConsentKind.self),
    ]
}
