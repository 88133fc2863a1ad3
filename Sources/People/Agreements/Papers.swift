import Evidence
import Notices

/// What agreements, training and pay are given: texts, rules, and what signs and seals.
public struct Papers: Sendable {
    /// The agreement templates.
    public let agreements: AgreementLibrary
    /// Who is offered what.
    public let agreementRules: AgreementRules
    /// How courses and exams are held.
    public let training: TrainingRules
    /// How pay is worked out.
    public let pay: PayRules
    /// Has people sign and the company seal.
    public let signing: SignatureDesk

    /// Gathers them.
    public init(
        agreements: AgreementLibrary, agreementRules: AgreementRules, training: TrainingRules, pay: PayRules,
        signing: SignatureDesk
    ) {
        self.agreements = agreements
        self.agreementRules = agreementRules
        self.training = training
        self.pay = pay
        self.signing = signing
    }

    /// Reads all of them from their directories, strictly; `read` gives the text of a file.
    public init(
        templates: String, rules: String, signing: SignatureDesk, read: (String) throws -> String
    ) throws {
        let library = try AgreementLibrary(directory: templates)
        func file(_ name: String) throws -> (yaml: String, file: String) {
            (try read("\(rules)/\(name)"), "\(rules)/\(name)")
        }
        let (offers, training, pay) = (try file("agreements.yaml"), try file("training.yaml"), try file("pay.yaml"))
        self.init(
            agreements: library,
            agreementRules: try AgreementRules(yaml: offers.yaml, file: offers.file, library: library),
            training: try TrainingRules(yaml: training.yaml, file: training.file),
            pay: try PayRules(yaml: pay.yaml, file: pay.file), signing: signing)
    }
}
