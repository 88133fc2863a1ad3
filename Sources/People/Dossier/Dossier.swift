import Evidence
import Notices

/// Everything that can be shown about a person or a case, numbered, in the order in which it happened (S-121).
public struct Dossier: Sendable, Hashable {
    /// Which part of the story a piece of evidence belongs to (S-23: 事前预警、事中控制、事后追责).
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// Agreements, goals, training, signals: before anything went wrong.
        case before
        /// Resignation, handover, permissions: while it happened.
        case during
        /// Notices, claims, watches: afterwards.
        case after

        /// In Chinese, as lists print it.
        public var chinese: String {
            switch self {
            case .before: "事前预警"
            case .during: "事中控制"
            case .after: "事后追责"
            }
        }
    }

    /// One numbered piece of evidence.
    public struct Item: Sendable, Hashable {
        /// Counted from 1 in the order in which things happened.
        public let number: Int
        /// What it is called.
        public let name: BilingualText
        /// Where it comes from.
        public let source: String
        /// What it proves (证明内容).
        public let proves: BilingualText
        /// Which part of the story it belongs to.
        public let phase: Phase
        /// When it happened, by whose clock.
        public let happenedAt: ObservedTime
        /// SHA-256 of the entry, of the document, or of the bundle inside.
        public let hash: Digest
        /// The evidence entry behind it, where it is one.
        public let entry: String?
        /// Its place in the log; nil for documents, and for entries that wait for one.
        public let leafIndex: Int64?
        /// The file inside the bundle, where there is one.
        public let file: String?
        /// What it says, line by line, for the printed materials.
        public let lines: [String]
        /// The page of the printed materials on which it begins; nil before they are printed.
        public var page: Int?
    }

    /// What it is about.
    public let subject: Subject
    /// Its title.
    public let title: String
    /// The pieces, in order.
    public var items: [Item]

    /// How many entries have no place in the log yet, so that no proof of them is inside.
    public var awaiting: Int { items.count { $0.entry != nil && $0.leafIndex == nil } }
}

/// Gives a dossier what is not an act: signed files, lists of orders, comparisons (S-97).
public protocol DossierSource: Sendable {
    /// The materials about a subject, in no order; what they show of others' affairs is noted as read by the actor.
    func materials(about subject: Subject, for actor: Actor) async throws -> [DossierMaterial]
}

/// A file that belongs into a dossier.
public struct DossierMaterial: Sendable, Hashable {
    /// What it is called.
    public let name: BilingualText
    /// Where it comes from, for example `CRM`.
    public let source: String
    /// What it proves.
    public let proves: BilingualText
    /// Which part of the story it belongs to.
    public let phase: Dossier.Phase
    /// When it came to be.
    public let happenedAt: ObservedTime
    /// The name of the file: letters, digits, dots, hyphens, underscores.
    public let file: String
    /// Its media type.
    public let mediaType: String
    /// Its bytes.
    public let bytes: [UInt8]

    /// Describes a material.
    public init(
        name: BilingualText, source: String, proves: BilingualText, phase: Dossier.Phase, happenedAt: ObservedTime,
        file: String, mediaType: String, bytes: [UInt8]
    ) {
        self.name = name
        self.source = source
        self.proves = proves
        self.phase = phase
        self.happenedAt = happenedAt
        self.file = file
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

extension EvidenceEvent {
    /// A dossier was read; what it held is named by its hash.
    public static let dossierRead = EvidenceEvent(rawValue: "DossierRead")
}
