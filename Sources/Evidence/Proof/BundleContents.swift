/// Everything that goes into one proof bundle, as plain values: the writer knows nothing of notices.
public struct BundleContents: Sendable {
    /// A file that travels along.
    public struct Document: Sendable, Hashable {
        /// Its name below `documents/`: letters, digits, dots, hyphens, underscores.
        public let name: String
        /// Its media type.
        public let mediaType: String
        /// Its bytes.
        public let bytes: [UInt8]
        /// Whether an entry must name its SHA-256, because it is what was served and not just an aid.
        public let isEvidenced: Bool

        /// Describes a file.
        public init(name: String, mediaType: String, bytes: [UInt8], isEvidenced: Bool) {
            self.name = name
            self.mediaType = mediaType
            self.bytes = bytes
            self.isEvidenced = isEvidenced
        }
    }

    /// The notice as data, for machines; written as canonical JSON.
    public var notice: JSONValue
    /// The notice as it was served, its seal (`<name>.p7s` beside `<name>`), and what else belongs to it.
    public var documents: [Document]
    /// What the log holds about it.
    public var excerpt: LogExcerpt
    /// Every key the log has signed checkpoints with.
    public var logKeys: [NoteKey]
    /// Every key that signed an entry in the excerpt.
    public var entryKeys: [VerificationKey]
    /// Certificates of these keys.
    public var entryCertificates: [Certificate]
    /// The roots we suggest; a careful reader brings their own.
    public var roots: [Certificate]

    /// Gathers what goes into a bundle.
    public init(
        notice: JSONValue, documents: [Document], excerpt: LogExcerpt, logKeys: [NoteKey],
        entryKeys: [VerificationKey], entryCertificates: [Certificate], roots: [Certificate]
    ) {
        self.notice = notice
        self.documents = documents
        self.excerpt = excerpt
        self.logKeys = logKeys
        self.entryKeys = entryKeys
        self.entryCertificates = entryCertificates
        self.roots = roots
    }
}

/// A finished bundle.
public struct WrittenBundle: Sendable, Hashable {
    /// The file, to be named `….asice`.
    public let bytes: [UInt8]
    /// Why its signature carries no timestamp; nil when it does.
    public let timestampFault: String?
}
