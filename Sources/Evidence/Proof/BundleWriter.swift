/// Writes proof bundles: ASiC-E containers whose manifest is signed (CAdES-B-T) by the issuing entity.
///
/// The container's bytes follow from the contents and the signature alone. Nothing is invented here: index, timeline
/// and completeness statement are computed from the excerpt, whose proofs were verified when it was collected.
public struct BundleWriter: Sendable {
    private let identity: SigningIdentity
    private let authority: (any TimestampAuthority)?
    private let clock: any WallClock

    /// Signs with this identity and has the signature timestamped by this authority.
    public init(identity: SigningIdentity, authority: (any TimestampAuthority)?, clock: any WallClock) {
        self.identity = identity
        self.authority = authority
        self.clock = clock
    }

    /// Writes one bundle; without an answer from the authority it is signed all the same and says so.
    public func write(_ contents: BundleContents) async throws -> WrittenBundle {
        let members = try Self.members(of: contents)
        let manifest = Manifest(
            references: members.map { member in
                Manifest.Reference(
                    name: member.name, mediaType: member.mediaType, digest: SHA256.hash(member.bytes))
            })
        var signature = try CAdES.sign(detached: manifest.bytes, with: identity, at: clock.now)
        var timestampFault: String?
        if let authority {
            do {
                let token = try await authority.token(for: try CAdES.timestampImprint(of: signature))
                signature = try CAdES.addingTimestamp(token, to: signature)
            } catch let error as CancellationError {
                throw error
            } catch {
                timestampFault = "\(error)"
            }
        } else {
            timestampFault = "no timestamp authority is configured"
        }
        var files = [(name: BundleLayout.mimetypeName, bytes: Array(BundleLayout.mimetype.utf8))]
        files += members.map { ($0.name, $0.bytes) }
        files.append((Manifest.name, manifest.bytes))
        files.append((Manifest.signatureName, signature))
        return WrittenBundle(bytes: try ZipWriter.archive(files), timestampFault: timestampFault)
    }

    private struct Member {
        let name: String
        let mediaType: String
        let bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8], _ mediaType: String? = nil) {
            self.name = name
            self.bytes = bytes
            self.mediaType = mediaType ?? BundleLayout.mediaType(of: name)
        }

        init(_ name: String, text: String) { self.init(name, Array(text.utf8)) }
    }

    private static func members(of contents: BundleContents) throws(EvidenceError) -> [Member] {
        let excerpt = contents.excerpt
        guard let newest = excerpt.checkpoints.last, let noticeJSON = contents.notice.exactCanonicalBytes() else {
            throw EvidenceError(.malformed, "the bundle of \(excerpt.notice) has no checkpoint or an inexact number")
        }
        let leaves = excerpt.entries.map(\.proof.index)
        let completeness = BundleLayout.completeness(
            origin: excerpt.origin, about: excerpt.about, size: newest.size, leaves: leaves)
        let readable = try bodies(of: excerpt)
        let rehearsed = readable.count { $0?.isRehearsal == true }
        var members = [
            Member(BundleLayout.readmes[0], text: BundleReadme.chinese(excerpt, rehearsed: rehearsed)),
            Member(BundleLayout.readmes[1], text: BundleReadme.english(excerpt, rehearsed: rehearsed)),
            Member(BundleLayout.script, text: BundleScript.text),
            Member(BundleLayout.index, index(of: contents).canonicalBytes),
            Member(BundleLayout.data(excerpt.about), noticeJSON),
            Member(BundleLayout.timeline, BundleLayout.timeline(Array(zip(leaves, readable))).canonicalBytes),
            Member(BundleLayout.completeness, completeness.canonicalBytes),
        ]
        for document in contents.documents {
            members.append(Member(BundleLayout.documents + document.name, document.bytes, document.mediaType))
        }
        for (place, entry) in excerpt.entries.enumerated() {
            members += Self.members(of: entry, stem: BundleLayout.entry(place, entry.body == nil ? nil : entry.event))
        }
        for (place, entry) in excerpt.related.enumerated() {
            members += Self.members(of: entry, stem: BundleLayout.related(place, entry.body == nil ? nil : entry.event))
        }
        members += logMembers(of: excerpt)
        members += keyMembers(of: contents)
        for member in members where !Manifest.isName(member.name) || !Manifest.isMediaType(member.mediaType) {
            throw EvidenceError(
                .malformed,
                "\"\(member.name.prefix(80))\" (\(member.mediaType.prefix(40))) cannot be a member's name and "
                    + "type; use letters, digits, dots, hyphens and underscores")
        }
        guard Set(members.map(\.name)).count == members.count else {
            throw EvidenceError(.malformed, "two members of the bundle of \(excerpt.notice) have one name")
        }
        return members
    }

    private static func bodies(of excerpt: LogExcerpt) throws(EvidenceError) -> [EntryBody?] {
        var bodies: [EntryBody?] = []
        for entry in excerpt.entries {
            if let body = entry.body { bodies.append(try EntryBody(parsing: body)) } else { bodies.append(nil) }
        }
        return bodies
    }

    private static func index(of contents: BundleContents) -> JSONValue {
        .object([
            "v": 1, contents.excerpt.about.member: .string(contents.excerpt.about.name),
            "origin": .string(contents.excerpt.origin),
            "documents": .array(
                contents.documents.map {
                    [
                        "name": .string($0.name), "mediaType": .string($0.mediaType),
                        "evidenced": .bool($0.isEvidenced),
                    ]
                }),
        ])
    }

    private static func members(of entry: LogExcerpt.Entry, stem: String) -> [Member] {
        guard let body = entry.body else {
            return [
                Member(stem + ".commitment", text: Base64.encode(entry.commitment.bytes) + "\n"),
                Member(stem + ".tlog-proof", entry.proof.bytes),
            ]
        }
        return [
            Member(stem + ".json", body), Member(stem + ".sig", entry.signature),
            Member(stem + ".tlog-proof", entry.proof.bytes),
        ]
    }

    private static func logMembers(of excerpt: LogExcerpt) -> [Member] {
        var members: [Member] = []
        for checkpoint in excerpt.checkpoints {
            members.append(Member(BundleLayout.checkpoint(checkpoint.size), checkpoint.note))
            if let token = checkpoint.token { members.append(Member(BundleLayout.token(checkpoint.size), token)) }
        }
        let sizes = excerpt.checkpoints.map(\.size)
        for ((old, new), proof) in zip(zip(sizes, sizes.dropFirst()), excerpt.growth) {
            let lines = proof.map { Base64.encode($0.bytes) + "\n" }.joined()
            members.append(Member(BundleLayout.growth(old, new), text: lines))
        }
        return members
    }

    private static func keyMembers(of contents: BundleContents) -> [Member] {
        var members = [
            Member(BundleLayout.logKeys, text: contents.logKeys.map { "\($0)\n" }.joined()),
            Member(BundleLayout.roots, text: contents.roots.map(\.pem).joined()),
        ]
        for key in contents.logKeys { members.append(Member(BundleLayout.logKey(key), text: key.key.pem)) }
        for key in contents.entryKeys { members.append(Member(BundleLayout.key(key.keyID), text: key.pem)) }
        for certificate in contents.entryCertificates {
            members.append(
                Member(BundleLayout.certificate(certificate.publicKey.keyID), text: certificate.pem))
        }
        return members
    }
}
