import Evidence
import Notices

/// Names one agreement with one person.
public struct AgreementID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name an agreement.
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension Subject.Kind {
    /// An agreement with a member of staff.
    public static let agreement = Subject.Kind(rawValue: "agreement")
}

/// An agreement with a member of staff, from the moment it is served for signature.
///
/// The document is fixed when it is offered: what the person reads, what they sign and what the company seals are the
/// same bytes.
public struct Agreement: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// Served for signature.
        case offered
        /// Signed by the person and sealed by the company.
        case signed
        /// Taken back before it was signed.
        case withdrawn
    }

    /// Names it.
    public let id: AgreementID
    /// The number on the document.
    public let number: String
    /// With whom.
    public let person: PersonID
    /// In whose name.
    public let issuer: IssuerID
    /// The kind of template.
    public let kind: String
    /// The version of the template.
    public let version: Int
    /// The hash of the template.
    public let templateHash: Digest
    /// The language of the document.
    public let language: NoticeLanguage
    /// Its title in that language.
    public let title: String
    /// How far it is.
    public let state: State
    /// Whether onboarding waits for it.
    public let isMandatory: Bool
    /// The last day on which the person is asked to sign.
    public let signBy: CivilDate
    /// The mandatory clauses it carries.
    public let clauses: [String]
    /// SHA-256 of the document's bytes.
    public let documentHash: Digest
    /// When it was offered.
    public let offeredAt: Timestamp
    /// When it was signed.
    public let signedAt: Timestamp?

    /// Gathers an agreement.
    public init(
        id: AgreementID, number: String, person: PersonID, issuer: IssuerID, kind: String, version: Int,
        templateHash: Digest, language: NoticeLanguage, title: String, state: State, isMandatory: Bool,
        signBy: CivilDate, clauses: [String], documentHash: Digest, offeredAt: Timestamp, signedAt: Timestamp? = nil
    ) {
        self.id = id
        self.number = number
        self.person = person
        self.issuer = issuer
        self.kind = kind
        self.version = version
        self.templateHash = templateHash
        self.language = language
        self.title = title
        self.state = state
        self.isMandatory = isMandatory
        self.signBy = signBy
        self.clauses = clauses
        self.documentHash = documentHash
        self.offeredAt = offeredAt
        self.signedAt = signedAt
    }

    /// The words by which the person says that they want to be bound.
    public var intent: String {
        switch language {
        case .chinese: "我已阅读并理解《\(title)》全文，自愿签署"
        case .english: "I have read and understood the whole of \"\(title)\" and sign it of my own free will"
        }
    }
}

/// The document of an agreement; once signed with the company's seal and the person's signature.
public struct AgreementFile: Sendable, Hashable {
    /// The values of its fields.
    public let values: JSONValue
    /// The PDF.
    public let bytes: [UInt8]
    /// The company's seal; nil before the person has signed.
    public let seal: Seal?
    /// How the person signed; nil before.
    public let signature: SignatureProof?

    /// A detached CAdES signature over the PDF.
    public struct Seal: Sendable, Hashable {
        /// The signature, DER.
        public let signature: [UInt8]
        /// The certificate that verifies it, PEM.
        public let certificatePEM: String
        /// When it was sealed.
        public let sealedAt: Timestamp

        /// Gathers a seal.
        public init(signature: [UInt8], certificatePEM: String, sealedAt: Timestamp) {
            self.signature = signature
            self.certificatePEM = certificatePEM
            self.sealedAt = sealedAt
        }
    }

    /// Gathers a file.
    public init(values: JSONValue, bytes: [UInt8], seal: Seal? = nil, signature: SignatureProof? = nil) {
        self.values = values
        self.bytes = bytes
        self.seal = seal
        self.signature = signature
    }
}

/// A signed agreement with everything that proves it (S-93).
public struct AgreementProof: Sendable {
    /// The agreement.
    public let agreement: Agreement
    /// The file with seal and signature.
    public let file: AgreementFile
    /// Every act about it, with its place in the log.
    public let acts: [RecordedAct]
}

extension EvidenceEvent {
    /// An agreement was served for signature.
    public static let agreementOffered = EvidenceEvent(rawValue: "AgreementOffered")
    /// A code was sent with which one exact agreement can be signed.
    public static let agreementCodeSent = EvidenceEvent(rawValue: "AgreementCodeSent")
    /// A person was shown the full text of an agreement.
    public static let agreementShown = EvidenceEvent(rawValue: "AgreementShown")
    /// An identified person signed one exact agreement, and the company sealed it.
    public static let agreementSigned = EvidenceEvent(rawValue: "AgreementSigned")
    /// An agreement was taken back before it was signed.
    public static let agreementWithdrawn = EvidenceEvent(rawValue: "AgreementWithdrawn")
    /// The non-compete clock of somebody who left began to run.
    public static let nonCompeteStarted = EvidenceEvent(rawValue: "NonCompeteStarted")
    /// The company released somebody from a non-compete.
    public static let nonCompeteReleased = EvidenceEvent(rawValue: "NonCompeteReleased")
    /// The term of a non-compete ran out.
    public static let nonCompeteEnded = EvidenceEvent(rawValue: "NonCompeteEnded")
    /// A monthly compensation was paid.
    public static let compensationPaid = EvidenceEvent(rawValue: "CompensationPaid")
    /// A check or a missing payment was put before HR.
    public static let checkOpened = EvidenceEvent(rawValue: "CheckOpened")
    /// The outcome of a check was entered.
    public static let checkClosed = EvidenceEvent(rawValue: "CheckClosed")
}
