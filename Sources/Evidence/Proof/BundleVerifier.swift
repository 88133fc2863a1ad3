/// Examines proof bundles on a machine that has never seen us: no network, no database, no state.
public struct BundleVerifier: Sendable {
    /// Whom the reader trusts, from sources other than the bundle.
    public struct Trust: Sendable {
        /// Root certificates; nil takes the bundle's own, and then the verdict says that nobody vouches for the issuer.
        public var roots: [Certificate]?
        /// The log's keys; nil takes the bundle's own, which the seal vouches for.
        public var logKeys: [NoteKey]?
        /// Whether both are those of an installation that verifies what it, or one like it, has issued.
        public var isOfInstallation: Bool

        /// Names whom the reader trusts.
        public init(roots: [Certificate]? = nil, logKeys: [NoteKey]? = nil, isOfInstallation: Bool = false) {
            self.roots = roots
            self.logKeys = logKeys
            self.isOfInstallation = isOfInstallation
        }
    }

    let trust: Trust
    let now: Timestamp

    /// Examines with this trust; `now` judges certificates that no timestamp covers.
    public init(trust: Trust = Trust(), now: Timestamp) {
        self.trust = trust
        self.now = now
    }

    /// Examines a bundle completely; every fault is found in one run, and nothing is thrown.
    public func verify(_ archive: [UInt8]) -> VerificationReport {
        var report = VerificationReport()
        let bundle: BundleReader
        do throws(EvidenceError) {
            bundle = try BundleReader(archive)
        } catch {
            report.note(
                .failed, "container", "bundle",
                zh: "无法读取：\(error.chinese)\(error.detail.map { "（libzip：\($0)）" } ?? "")",
                en: error.description)
            return report
        }
        if let fault = ZipPackaging.fault(in: archive) {
            report.note(
                .failed, "container", "bundle", zh: "容器的封装被改动过，或者被重新打包：\(fault.chinese)；请索取原文件",
                en: "the container's packaging was changed, or it was packed again: \(fault.english); "
                    + "ask for the original file"
            )
            return report
        }
        report.note(
            .ok, "container", "bundle", zh: "容器完好，共 \(bundle.names.count) 个文件",
            en: "the container is sound and holds \(bundle.names.count) files")
        let roots = roots(of: bundle, &report)
        verifyManifest(of: bundle, &report)
        // What the manifest lists existed when its signature was timestamped, document seals included.
        let signature = verifySignature(of: bundle, roots: roots, &report)
        let keys = logKeys(of: bundle, &report)
        let checkpoints = verifyCheckpoints(of: bundle, keys: keys, roots: roots, &report)
        let entries = verifyEntries(
            in: BundleLayout.entries, of: bundle, keys: keys, roots: roots, checkpoints: checkpoints, &report)
        let related = verifyEntries(
            in: BundleLayout.related, of: bundle, keys: keys, roots: roots, checkpoints: checkpoints, &report)
        verifyGrounds(of: entries, in: related, &report)
        let issuer = issuerCode(of: bundle, entries: entries, &report)
        verifyIssuer(of: Manifest.signatureName, signer: signature.signer, code: issuer, &report)
        verifyStatements(of: bundle, entries: entries, checkpoints: checkpoints, &report)
        verifyDocuments(
            of: bundle, entries: entries, roots: roots, issuer: issuer, asOf: signature.at, &report)
        return report
    }

    /// Who named the roots and keys, as words of a sentence.
    private var giver: (chinese: String, english: String) {
        trust.isOfInstallation ? ("本系统自己的", "of this installation") : ("核验人提供的", "given by the reader")
    }

    private func roots(of bundle: BundleReader, _ report: inout VerificationReport) -> [Certificate] {
        if let roots = trust.roots {
            report.isIssuerEstablished = true
            report.note(
                .ok, "trust", "roots", zh: "使用\(giver.chinese) \(roots.count) 个根证书",
                en: "\(roots.count) root certificates \(giver.english) are used")
            return roots
        }
        do throws(EvidenceError) {
            let pem = bundle.text(BundleLayout.roots) ?? ""
            let roots = try Certificate.all(pem: pem, origin: BundleLayout.roots)
            let prints = roots.map { String($0.fingerprint.hex.prefix(16)) }.joined(separator: ", ")
            report.note(
                .warning, "trust", "roots",
                zh: "未指定根证书：使用了证据包自带的根证书（未固定信任，\(prints)）；请与独立来源比对",
                en: "NOT PINNED: the roots are the bundle's own (\(prints)); compare them with a source of your own")
            return roots
        } catch {
            report.note(.failed, "trust", "roots", zh: "没有可用的根证书：\(error.chinese)", en: error.reason)
            return []
        }
    }

    private func verifyManifest(of bundle: BundleReader, _ report: inout VerificationReport) {
        let manifest: Manifest
        do throws(EvidenceError) {
            manifest = try Manifest(parsing: bundle.members[Manifest.name] ?? [])
        } catch {
            report.note(
                .failed, "manifest", Manifest.name, zh: "文件清单缺失或者无法识别：\(error.chinese)", en: error.reason)
            return
        }
        var isWhole = true
        for reference in manifest.references {
            guard let bytes = bundle.members[reference.name] else {
                report.note(.failed, "manifest", reference.name, zh: "清单列有该文件，但文件缺失", en: "listed, but missing")
                isWhole = false
                continue
            }
            if SHA256.hash(bytes) != reference.digest {
                report.note(
                    .failed, "manifest", reference.name, zh: "文件在签章后被改动", en: "altered after the bundle was signed")
                isWhole = false
            }
        }
        let allowed = Set(manifest.references.map(\.name))
            .union([BundleLayout.mimetypeName, Manifest.name, Manifest.signatureName])
        for name in bundle.names where !allowed.contains(name) {
            report.note(.failed, "manifest", name, zh: "不在签章清单中的文件", en: "not in the signed list")
            isWhole = false
        }
        if isWhole {
            report.note(
                .ok, "manifest", Manifest.name, zh: "\(manifest.references.count) 个文件与清单一致",
                en: "\(manifest.references.count) files are as listed")
        }
    }

    /// Returns the moment at which the signature shows the bundle to have existed (now when no timestamp does), and whose
    /// signature it is if it holds.
    private func verifySignature(
        of bundle: BundleReader, roots: [Certificate], _ report: inout VerificationReport
    ) -> (at: Timestamp, signer: Certificate?) {
        let subject = Manifest.signatureName
        let verdict = CAdES.verify(
            cms: bundle.members[subject] ?? [], over: bundle.members[Manifest.name] ?? [], roots: roots, asOf: now)
        for fault in verdict.faults {
            report.note(.failed, "signature", subject, zh: "电子签名核验失败：\(fault.chinese)", en: "\(fault)")
        }
        if verdict.isValid, let signer = verdict.signer {
            report.note(
                .ok, "signature", subject, zh: "清单由 \(signer.subjectName) 签章",
                en: "the list is signed by \(signer.subjectName)")
        }
        note(verdict.timestamp, of: subject, &report)
        let signer = verdict.isValid ? verdict.signer : nil
        guard let timestamp = verdict.timestamp, timestamp.isValid, let token = timestamp.token else {
            return (now, signer)
        }
        return (token.genTime, signer)
    }

    /// Reports a timestamp inside a signature, or its absence.
    func note(_ timestamp: TimestampVerdict?, of subject: String, _ report: inout VerificationReport) {
        guard let timestamp else {
            report.note(
                .warning, "signature-timestamp", subject, zh: "签名未附时间戳：签名时间仅为签章人自述",
                en: "the signature carries no timestamp: its time is the signer's own claim")
            return
        }
        guard timestamp.isValid, let token = timestamp.token else { return }
        report.note(
            .ok, "signature-timestamp", subject, zh: "时间戳：\(token.genTime.rfc3339)，\(token.authority)",
            en: "timestamped at \(token.genTime.rfc3339) by \(token.authority)")
        noteIndependence(of: token, subject, &report)
    }

    func noteIndependence(of token: TimestampToken, _ subject: String, _ report: inout VerificationReport) {
        guard token.isFromEmbeddedAuthority else { return }
        report.note(
            .warning, "timestamp-independence", subject, zh: "时间戳由系统自带机构签发，不独立于发出单位",
            en: "the timestamp is of the built-in authority, which is not independent of the issuing entity")
    }

    private func logKeys(of bundle: BundleReader, _ report: inout VerificationReport) -> [NoteKey] {
        do throws(EvidenceError) {
            var keys: [NoteKey] = []
            for line in (bundle.text(BundleLayout.logKeys) ?? "").split(separator: "\n") {
                keys.append(try NoteKey(parsing: String(line)))
            }
            guard let trusted = trust.logKeys else {
                guard let first = keys.first else {
                    throw EvidenceError(
                        .badKey, "the bundle names no key of the log", chinese: "证据包未载明日志公钥")
                }
                report.note(
                    .ok, "log-key", BundleLayout.logKeys, zh: "日志 \(first.name) 的公钥由签章担保",
                    en: "the key of the log \(first.name) is vouched for by the seal")
                return keys
            }
            report.note(
                .ok, "log-key", BundleLayout.logKeys, zh: "使用\(giver.chinese)日志公钥",
                en: "the log keys \(giver.english) are used")
            return trusted
        } catch {
            report.note(.failed, "log-key", BundleLayout.logKeys, zh: "日志公钥无法读取：\(error.chinese)", en: error.reason)
            return []
        }
    }
}
