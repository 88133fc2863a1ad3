import Notices

/// Who may do what, over whom, in which state of employment (S-35, S-82 to S-88).
///
/// One table of roles; over it lies the state of employment, which only takes away. A refusal is a sentence with its reason,
/// and the same sentence is evidence.
public enum AccessPolicy {
    /// The widest reach that the actor's roles give, before employment is looked at; nil for none.
    public static func reach(of actor: Actor, for permission: Permission) -> Reach? {
        actor.roles.compactMap { granted($0)[permission] }.max()
    }

    /// Refuses unless the actor may do this to things of `owner` in `unit`; returns how far their permission reaches.
    ///
    /// With neither owner nor unit it asks for reach over everybody.
    @discardableResult
    public static func require(
        _ permission: Permission, _ actor: Actor, owner: PersonID? = nil, unit: UnitID? = nil
    ) throws(PeopleError) -> Reach {
        let reach = try require(anyReach: permission, actor)
        switch reach {
        case .all: return reach
        case .units:
            if let unit, actor.managedUnits.contains(unit) { return reach }
            if let owner, owner == actor.person { return reach }
        case .own:
            if let owner, owner == actor.person { return reach }
        }
        throw PeopleError(
            .forbidden,
            reach == .own
                ? "\(permission.rawValue) reaches only your own things; ask HR"
                : "\(permission.rawValue) reaches only the units you head; ask HR")
    }

    /// Refuses unless the actor may do this to something at least; the caller narrows what is shown to the reach.
    @discardableResult
    public static func require(anyReach permission: Permission, _ actor: Actor) throws(PeopleError) -> Reach {
        if let reason = employmentRefusal(actor, permission) { throw PeopleError(.forbidden, reason) }
        guard let reach = reach(of: actor, for: permission) else {
            let roles = actor.roles.map(\.rawValue).sorted().joined(separator: ", ")
            throw PeopleError(
                .forbidden,
                roles.isEmpty
                    ? "\(permission.rawValue) is not among what no role may do; ask HR, or use a key of somebody who may"
                    : "\(permission.rawValue) is not among what \(roles) may do; ask HR, or use a key of "
                        + "somebody who may")
        }
        return reach
    }

    /// What the state of employment takes away; nil when it takes nothing.
    ///
    /// Whoever has resigned finishes what they have and starts nothing new; whoever has left does nothing.
    public static func employmentRefusal(_ actor: Actor, _ permission: Permission) -> Sentence? {
        if actor.state == .left {
            return "your employment has ended, and with it your access; ask HR for what you need"
        }
        // What is owed can still be handed in: a lock without a way out would be no lock but a wall.
        if let reason = actor.freezeReason, permission != .submitHandover {
            return "your access is frozen (\(reason)); ask HR, and hand over what is open"
        }
        switch actor.state {
        case .suspended where !permission.isOpenWhileSuspended:
            return "your employment is suspended; \(permission.rawValue) is closed until HR ends the suspension"
        case .resigned where permission.isClosedByResignation, .handover where permission.isClosedByResignation:
            return "\(permission.rawValue) is closed since you have resigned, so that clients stay with the company "
                + "(防止客户资源流失); finish what is yours and hand it over"
        default: return nil
        }
    }

    private static func granted(_ role: Role) -> [Permission: Reach] {
        switch role {
        case .employee: employee
        case .manager: manager
        case .hr: hr
        case .legal: legal
        case .auditor: [.viewOperations: .all]
        case .administrator:
            [
                .viewRoster: .all, .editRoster: .all, .importRoster: .all, .manageRoles: .all, .freezeAccess: .all,
                .viewOperations: .all,
            ]
        case .exporter: [.exportClients: .all, .exportRoster: .all]
        case .integration:
            [
                .importRoster: .all, .syncClients: .all, .recordAttendance: .all, .recordProgress: .all,
                .recordSignals: .all,
            ]
        }
    }

    private static let employee = table(
        .own,
        [
            .viewFile, .viewClients, .addClient, .editClient, .startOrder, .finishWork, .logFollowUp, .submitHandover,
            .resign, .viewAttendance, .confirmGoals, .appeal, .consent, .sign, .viewAgreements, .train, .viewTraining,
            .viewPay,
        ])
    private static let manager = table(
        .units,
        [
            .viewRoster, .viewFile, .viewClients, .editClient, .assignClients, .reviewHandover, .viewAttendance,
            .setGoals, .scorePerformance, .viewAlerts, .handleAlerts, .viewTraining,
        ])
    private static let hr = table(
        .all,
        [
            .viewRoster, .viewFile, .editRoster, .importRoster, .viewClients, .assignClients, .viewOperations,
            .reviewHandover, .manageDepartures, .freezeAccess, .viewAttendance, .recordAttendance, .setGoals,
            .scorePerformance, .approvePerformance, .recordProgress, .recordSignals, .viewAlerts, .viewSnippets,
            .handleAlerts, .configureRules,
            .manageAgreements, .viewAgreements, .manageTraining, .viewTraining, .managePay, .viewPay, .viewDossier,
        ])
    private static let legal = table(
        .all,
        [.viewRoster, .viewFile, .viewClients, .viewOperations, .viewAgreements, .viewTraining, .viewDossier])

    private static func table(_ reach: Reach, _ permissions: [Permission]) -> [Permission: Reach] {
        Dictionary(permissions.map { ($0, reach) }, uniquingKeysWith: max)
    }
}

extension Permission {
    /// New business, which a leaver no longer begins (S-83); what exists is still finished (S-84).
    var isClosedByResignation: Bool {
        switch self {
        case .addClient, .editClient, .startOrder, .exportClients, .exportRoster: true
        default: false
        }
    }

    /// What a suspended person still does: read their own papers, answer, sign.
    var isOpenWhileSuspended: Bool {
        switch self {
        case .viewFile, .resign, .viewAttendance, .viewPay, .viewAgreements, .sign, .appeal, .consent, .viewTraining:
            true
        default: false
        }
    }
}
