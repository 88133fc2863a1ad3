import Evidence
import Notices

extension WebhookEvents {
    /// What the HR core tells.
    public static let people = WebhookEvents([
        "notices": [.noticeOrdered],
        "roster": [
            .employeeAdded, .employeeChanged, .employmentMoved, .employeeTransferred, .lastDayAgreed, .unitSaved,
            .rosterImportBegun, .employeesImported, .rosterImportEnded, .rosterImportUndone, .documentFiled,
            .rewardFiled, .punishmentFiled,
        ],
        "access": [.permissionsChanged, .roleGranted, .roleRevoked, .accessFrozen, .accessThawed, .accessClosed],
        "clients": [
            .clientAdded, .clientEdited, .clientOrderMoved, .clientAssigned, .clientsTransferred, .clientsShadowed,
            .clientsExported, .clientBulkAccess, .clientLost, .clientLossMeasured, .clientOldContactReported,
        ],
        "handover": [
            .departureRecorded, .holdingsImported, .visitConsentGiven, .visitConsentWithdrawn, .handoverItemListed,
            .handoverItemRenewed, .handoverFileAdded, .handoverItemSubmitted, .handoverItemTaken,
            .handoverClientConfirmed, .handoverItemReturned, .handoverItemAccepted, .handoverItemWaived,
            .handoverAssigned, .handoverStageClosed, .handoverStepPassed, .handoverRedated, .handoverWithdrawn,
            .handoverCleared,
        ],
        "alerts": [
            .alertRaised, .alertRetracted, .alertEscalated, .alertAssigned, .alertClosed, .interventionRecorded,
            .riskRulesApplied, .riskRulesRefused, .ruleBacktested, .signalsImported, .consentGiven, .consentWithdrawn,
        ],
        "attendance": [.punchesImported, .punchEntered, .leaveRecorded, .shiftPlanSaved, .shiftPlanMoved],
        "performance": [
            .goalSet, .goalSigned, .goalWithdrawn, .progressImported, .performanceScored, .performanceConfirmed,
            .performanceAppealed, .appealDecided, .performanceApproved, .performanceSigned,
        ],
        "agreements": [
            .agreementOffered, .agreementShown, .agreementSigned, .agreementWithdrawn, .nonCompeteStarted,
            .nonCompeteReleased, .nonCompeteEnded, .compensationPaid, .checkOpened, .checkClosed,
        ],
        "training": [
            .policyPublished, .courseSkipped, .courseWatched, .examStarted, .examSubmitted, .policyStatementSigned,
        ],
        "pay": [.payCalculated, .payFinalised, .payWithdrawn],
    ])
}
