extension BundleVerifier {
    /// A checkpoint of the bundle whose signature holds.
    struct VerifiedCheckpoint {
        let checkpoint: Checkpoint
        let note: [UInt8]
        /// The token over it, if there is a sound one.
        let token: TimestampToken?
    }

    /// An entry of the bundle with its place; `body` is nil when erased or unreadable.
    struct VerifiedEntry {
        let subject: String
        let leaf: Int
        let body: EntryBody?
        let isErased: Bool
    }

    // MARK: Checkpoints

    func verifyCheckpoints(
        of bundle: BundleReader, keys: [NoteKey], roots: [Certificate], _ report: inout VerificationReport
    ) -> [Int: VerifiedCheckpoint] {
        var found: [Int: VerifiedCheckpoint] = [:]
        for name in bundle.names where name.hasPrefix("log/") && name.hasSuffix(".checkpoint") {
            do throws(EvidenceError) {
                let note = bundle.members[name] ?? []
                let checkpoint = try Checkpoint(verifying: note, keys: keys)
                guard name == BundleLayout.checkpoint(checkpoint.size) else {
                    throw EvidenceError(
                        .badCheckpoint, "the file is named for another size than \(checkpoint.size)",
                        chinese: "文件名所示的条数不是 \(checkpoint.size)")
                }
                report.note(
                    .ok, "checkpoint", name, zh: "日志在 \(checkpoint.size) 条记录处的签名有效",
                    en: "signed by the log at \(checkpoint.size) entries")
                let token = verifyToken(of: bundle, checkpoint.size, over: note, roots: roots, &report)
                found[checkpoint.size] = VerifiedCheckpoint(checkpoint: checkpoint, note: note, token: token)
            } catch {
                report.note(.failed, "checkpoint", name, zh: "日志签名点无效：\(error.chinese)", en: error.reason)
            }
        }
        if found.isEmpty {
            report.note(.failed, "checkpoint", "log", zh: "没有有效的日志签名点", en: "there is no sound checkpoint")
        }
        verifyGrowth(of: bundle, found.values.map(\.checkpoint).sorted { $0.size < $1.size }, &report)
        report.origin = found.values.first?.checkpoint.origin
        return found
    }

    private func verifyToken(
        of bundle: BundleReader, _ size: Int, over note: [UInt8], roots: [Certificate],
        _ report: inout VerificationReport
    ) -> TimestampToken? {
        let name = BundleLayout.token(size)
        guard let der = bundle.members[name] else {
            report.note(
                .warning, "timestamp", BundleLayout.checkpoint(size), zh: "等待时间戳：尚无时间戳机构证明其存在的时间",
                en: "awaiting timestamp: no authority has confirmed when it existed")
            return nil
        }
        let verdict = TimestampToken.verify(der, over: SHA256.hash(note), roots: roots)
        for fault in verdict.faults {
            report.note(.failed, "timestamp", name, zh: "时间戳核验失败：\(fault.chinese)", en: "\(fault)")
        }
        guard verdict.isValid, let token = verdict.token else { return nil }
        report.note(
            .ok, "timestamp", name, zh: "\(token.authority) 证明其在 \(token.genTime.rfc3339) 已存在",
            en: "\(token.authority) states that it existed at \(token.genTime.rfc3339)")
        noteIndependence(of: token, name, &report)
        return token
    }

    private func verifyGrowth(
        of bundle: BundleReader, _ checkpoints: [Checkpoint], _ report: inout VerificationReport
    ) {
        for (old, new) in zip(checkpoints, checkpoints.dropFirst()) {
            let name = BundleLayout.growth(old.size, new.size)
            let lines = (bundle.text(name) ?? "").split(separator: "\n")
            let proof = lines.compactMap { Base64.decode(String($0)).flatMap(Digest.init(bytes:)) }
            let holds =
                proof.count == lines.count
                && MerkleTree.isConsistent(
                    size: old.size, root: old.root, with: new.size, root: new.root, proof: proof)
            report.note(
                holds ? .ok : .failed, "growth", name,
                zh: holds ? "日志从 \(old.size) 条到 \(new.size) 条只增不改" : "日志在 \(new.size) 条处不是 \(old.size) 条处的延续",
                en: holds
                    ? "from \(old.size) to \(new.size) the log only grew"
                    : "the log at \(new.size) does not extend the log at \(old.size)")
        }
    }

    // MARK: Entries

    func verifyEntries(
        in folder: String, of bundle: BundleReader, keys: [NoteKey], roots: [Certificate],
        checkpoints: [Int: VerifiedCheckpoint],
        _ report: inout VerificationReport
    ) -> [VerifiedEntry] {
        let suffix = ".tlog-proof"
        let stems = bundle.names.filter { $0.hasPrefix(folder) && $0.hasSuffix(suffix) }
            .map { String($0.dropLast(suffix.count)) }.sorted()
        var entries: [VerifiedEntry] = []
        var signers: [String: VerificationKey] = [:]
        for stem in stems {
            do throws(EvidenceError) {
                let entry = try verifyEntry(stem, of: bundle, keys, checkpoints, roots, &signers, &report)
                if let last = entries.last, last.leaf >= entry.leaf {
                    throw EvidenceError(
                        .badEntry, "leaf \(entry.leaf) does not come after leaf \(last.leaf)",
                        chinese: "日志第 \(entry.leaf) 位不在第 \(last.leaf) 位之后")
                }
                entries.append(entry)
                report.note(
                    .ok, "entry", stem, zh: entry.isErased ? "内容已依规删除，日志仍证明其曾经存在" : "签名有效，在日志第 \(entry.leaf) 位",
                    en: entry.isErased
                        ? "its content was erased by rule; the log still shows that it existed"
                        : "signed, and leaf \(entry.leaf) of the log")
            } catch {
                report.note(.failed, "entry", stem, zh: "存证记录核验失败：\(error.chinese)", en: error.reason)
            }
        }
        report.entryCount += stems.count
        return entries
    }

    private func verifyEntry(
        _ stem: String, of bundle: BundleReader, _ keys: [NoteKey], _ checkpoints: [Int: VerifiedCheckpoint],
        _ roots: [Certificate], _ signers: inout [String: VerificationKey], _ report: inout VerificationReport
    ) throws(EvidenceError) -> VerifiedEntry {
        let proof = try LogProof(parsing: bundle.members[stem + ".tlog-proof"] ?? [])
        var body: EntryBody?
        let commitment: Digest
        let isErased = bundle.members[stem + ".json"] == nil
        if isErased {
            let line = bundle.text(stem + ".commitment") ?? ""
            guard let digest = Base64.decode(String(line.dropLast())).flatMap(Digest.init(bytes:)) else {
                throw EvidenceError(
                    .badEntry, "neither the entry nor its commitment is in the bundle",
                    chinese: "证据包中既没有该记录，也没有其哈希承诺")
            }
            commitment = digest
        } else {
            let bytes = bundle.members[stem + ".json"] ?? []
            let read = try EntryBody(parsing: bytes)
            let key = try entryKey(read.keyID, of: bundle, roots, at: read.learntAt, &signers, &report)
            guard key.isValid(bundle.members[stem + ".sig"] ?? [], for: bytes) else {
                throw EvidenceError(
                    .badEntry, "the signature does not fit the entry and the key \(read.keyID)",
                    chinese: "签名与该记录和密钥 \(read.keyID) 不符")
            }
            commitment = SHA256.hash(bytes)
            body = read
        }
        // Entries share checkpoints; one that was verified already is not verified again for each.
        guard let known = checkpoints.values.first(where: { $0.note == proof.checkpoint }) else {
            _ = try proof.verify(commitment: commitment, keys: keys)
            throw EvidenceError(
                .badCheckpoint, "its proof leads to a checkpoint that is not in the bundle",
                chinese: "其证明所指的日志签名点不在证据包内")
        }
        try proof.verify(commitment: commitment, under: known.checkpoint)
        if let body, let token = known.token { noteClock(stem, body, token, &report) }
        return VerifiedEntry(subject: stem, leaf: proof.index, body: body, isErased: isErased)
    }

    /// An entry cannot be learnt of after a token shows that it existed.
    private func noteClock(
        _ stem: String, _ body: EntryBody, _ token: TimestampToken, _ report: inout VerificationReport
    ) {
        let ahead = body.learntAt.since(token.genTime)
        guard ahead > (token.accuracy ?? .zero) + .seconds(2) else { return }
        report.note(
            .warning, "clock", stem,
            zh: "时钟存疑：记录自称于 \(body.learntAt.rfc3339) 得知，而时间戳证明其在 \(token.genTime.rfc3339) 已存在",
            en: "clock in doubt: it claims to be learnt at \(body.learntAt.rfc3339), "
                + "but a timestamp shows that it existed at \(token.genTime.rfc3339)")
    }

    private func entryKey(
        _ id: String, of bundle: BundleReader, _ roots: [Certificate], at instant: Timestamp,
        _ signers: inout [String: VerificationKey], _ report: inout VerificationReport
    ) throws(EvidenceError) -> VerificationKey {
        if let known = signers[id] { return known }
        guard let pem = bundle.text(BundleLayout.key(id)) else {
            throw EvidenceError(
                .badKey, "the key \(id.prefix(64)) that signed it is not in the bundle",
                chinese: "签署该记录的密钥 \(id.prefix(64)) 不在证据包内")
        }
        let key = try VerificationKey(pem: pem, origin: BundleLayout.key(id))
        guard key.keyID == id else {
            throw EvidenceError(
                .badKey, "the key in \(BundleLayout.key(id)) is another one than its name says",
                chinese: "\(BundleLayout.key(id)) 中的密钥不是其文件名所示的密钥")
        }
        signers[id] = key
        noteCertificate(of: key, bundle, roots, at: instant, &report)
        return key
    }

    private func noteCertificate(
        of key: VerificationKey, _ bundle: BundleReader, _ roots: [Certificate], at instant: Timestamp,
        _ report: inout VerificationReport
    ) {
        let name = BundleLayout.certificate(key.keyID)
        guard let pem = bundle.text(name) else {
            report.note(
                .ok, "entry-key", BundleLayout.key(key.keyID), zh: "存证密钥由签章担保",
                en: "the entry key is vouched for by the seal")
            return
        }
        do throws(EvidenceError) {
            let certificate = try Certificate(pem: pem, origin: name)
            guard certificate.publicKey == key else {
                throw EvidenceError(
                    .badCertificate, "the certificate is for another key", chinese: "该证书属于另一密钥")
            }
            if let reason = TrustStore(roots.map(\.handle), at: instant).fault(of: certificate.handle, through: []) {
                throw EvidenceError(
                    .badCertificate, "the certificate is not trusted: \(reason)",
                    chinese: "该证书不受信任\(ChineseWording.quoting(reason))")
            }
            report.note(
                .ok, "entry-key", name, zh: "存证密钥属于 \(certificate.subjectName)",
                en: "the entry key is certified for \(certificate.subjectName)")
        } catch {
            report.note(.failed, "entry-key", name, zh: "存证密钥的证书无效：\(error.chinese)", en: error.reason)
        }
    }
}
