extension BundleVerifier {
    /// The event of a notice's seal, from which on it can be sent.
    private static let sealing = "DocumentSealed"

    /// Compares what the bundle states about itself with what its entries show.
    func verifyStatements(
        of bundle: BundleReader, entries: [VerifiedEntry], checkpoints: [Int: VerifiedCheckpoint],
        _ report: inout VerificationReport
    ) {
        guard let index = bundle.index, let about = BundleSubject(index),
            let origin = index["origin"]?.string, index["v"] == 1
        else {
            report.note(
                .failed, "index", BundleLayout.index, zh: "证据包目录缺失，或者不是版本 1", en: "missing or not of version 1")
            return
        }
        report.notice = about.name
        for entry in entries {
            guard let body = entry.body, !about.isNamed(in: body) || !entry.subject.hasSuffix("-\(body.event)")
            else { continue }
            report.note(
                .failed, "entry", entry.subject, zh: "记录属于另一份通知或者另一对象，或者其事件与证据包所示不符",
                en: "it is about something else, or another event, than the bundle says")
        }
        let newest = checkpoints.keys.max() ?? 0
        let expected = BundleLayout.completeness(
            origin: origin, about: about, size: newest, leaves: entries.map(\.leaf))
        let isComplete =
            bundle.members[BundleLayout.completeness] == expected.canonicalBytes
            && origin == checkpoints[newest]?.checkpoint.origin
        report.note(
            isComplete ? .ok : .failed, "completeness", BundleLayout.completeness,
            zh: isComplete
                ? "日志在 \(newest) 条处共有 \(entries.count) 条相关记录，全部在此"
                : "核验成立的记录与完整性声明所列的不一致",
            en: isComplete
                ? "all \(entries.count) entries about it in the log at \(newest) are here"
                : "the entries that hold are not those the statement counts")
        let timeline = BundleLayout.timeline(entries.map { ($0.leaf, $0.body) })
        let isTrue = bundle.members[BundleLayout.timeline] == timeline.canonicalBytes
        report.note(
            isTrue ? .ok : .failed, "timeline", BundleLayout.timeline,
            zh: isTrue ? "时间线与记录一致" : "时间线与记录不符",
            en: isTrue ? "it says what the entries say" : "it says something else than the entries")
        if case .notice = about, !entries.contains(where: { $0.isErased || $0.body?.event.rawValue == Self.sealing }) {
            report.note(
                .warning, "sealed", about.name, zh: "没有签章记录：本包生成时，该通知尚未签章，也没有发出",
                en: "no entry of its seal: when this bundle was made the notice was not sealed and not sent")
        }
        noteRehearsal(entries, of: about, &report)
        let anomalies = entries.compactMap(\.body).filter { $0.event == .clockAnomaly }
        for body in anomalies {
            report.note(
                .warning, "clock", body.id, zh: "记录期间系统时钟曾出现异常", en: "a clock anomaly was recorded meanwhile")
        }
    }

    /// A notice issued in a rehearsal is one for good; so is whatever has no entry from outside a rehearsal.
    private func noteRehearsal(
        _ entries: [VerifiedEntry], of about: BundleSubject, _ report: inout VerificationReport
    ) {
        let rehearsed = entries.compactMap(\.body).filter(\.isRehearsal)
        let (count, all) = (rehearsed.count, entries.count)
        guard count > 0 else { return }
        let isWhole = count == all || rehearsed.contains { $0.event == .noticeIssued }
        report.rehearsal = isWhole ? .whole : .part(count, of: all)
        report.note(
            .warning, "rehearsal", about.name,
            zh: "\(all) 条记录中有 \(count) 条是演练中的记录：演练不送达任何人，无法律效力",
            en: "\(count) of \(all) entries were recorded in a rehearsal, which served nobody and has no "
                + "legal effect")
    }

    /// Checks that what an entry rests on is here, was logged before it, and is about the same person.
    ///
    /// Without the issue of the key somebody signed in with, "opened by the person" would rest on our word alone.
    func verifyGrounds(
        of entries: [VerifiedEntry], in related: [VerifiedEntry], _ report: inout VerificationReport
    ) {
        for entry in related {
            guard let body = entry.body, !entry.subject.hasSuffix("-\(body.event)") else { continue }
            report.note(
                .failed, "entry", entry.subject, zh: "记录的事件与其文件名所示不符",
                en: "it is about another event than its name says")
        }
        for entry in entries {
            guard let body = entry.body, let ground = body.restsOn else { continue }
            let isHere = related.contains {
                $0.body?.id == ground && $0.leaf < entry.leaf && $0.body?.subject.recipient == body.subject.recipient
            }
            report.note(
                isHere ? .ok : .failed, "ground", entry.subject,
                zh: isHere ? "其所依据的记录在包内" : "其所依据的记录 \(ground.prefix(64)) 不在包内，或者与他人有关",
                en: isHere
                    ? "the entry it rests on is here"
                    : "the entry \(ground.prefix(64)) it rests on is not here, or is about somebody else")
        }
    }

    /// Checks that what was served is what the entries are about, and that seals hold.
    func verifyDocuments(
        of bundle: BundleReader, entries: [VerifiedEntry], roots: [Certificate], issuer: IssuerCode, asOf: Timestamp,
        _ report: inout VerificationReport
    ) {
        let listed = bundle.index?["documents"]?.array ?? []
        var named: Set<String> = []
        for entry in entries { if let facts = entry.body?.facts { Self.collect(from: facts, into: &named) } }
        let hasErased = entries.contains { $0.isErased }
        for document in listed {
            guard let short = document["name"]?.string, let bytes = bundle.members[BundleLayout.documents + short]
            else {
                report.note(
                    .failed, "document", BundleLayout.index, zh: "目录所列文书缺失", en: "a listed document is missing")
                continue
            }
            let name = BundleLayout.documents + short
            if document["evidenced"]?.bool == true {
                let isNamed = named.contains(SHA256.hash(bytes).hex)
                // An erased entry may have been the one that named it: unknown is not the same as wrong.
                let status: VerificationReport.Status = isNamed ? .ok : hasErased ? .warning : .failed
                report.note(
                    status, "document", name, zh: isNamed ? "有存证记录载明其 SHA-256 哈希值" : "没有可读的存证记录载明其 SHA-256 哈希值",
                    en: isNamed ? "an entry names its SHA-256" : "no readable entry names its SHA-256")
            }
            if let seal = bundle.members[name + ".p7s"] {
                verifySeal(seal, over: bytes, name, roots, issuer, asOf, &report)
            }
        }
    }

    private func verifySeal(
        _ seal: [UInt8], over bytes: [UInt8], _ name: String, _ roots: [Certificate], _ issuer: IssuerCode,
        _ asOf: Timestamp, _ report: inout VerificationReport
    ) {
        let subject = name + ".p7s"
        let verdict = CAdES.verify(cms: seal, over: bytes, roots: roots, asOf: asOf)
        for fault in verdict.faults {
            report.note(.failed, "seal", subject, zh: "文书签章核验失败：\(fault.chinese)", en: "\(fault)")
        }
        if verdict.isValid, let signer = verdict.signer {
            report.note(
                .ok, "seal", subject, zh: "文书由 \(signer.subjectName) 签章",
                en: "the document is sealed by \(signer.subjectName)")
            verifyIssuer(of: subject, signer: signer, code: issuer, &report)
        }
        note(verdict.timestamp, of: subject, &report)
    }

    private static func collect(from value: JSONValue, into strings: inout Set<String>) {
        switch value {
        case .string(let text): strings.insert(text)
        case .array(let elements): for element in elements { collect(from: element, into: &strings) }
        case .object(let members): for member in members.values { collect(from: member, into: &strings) }
        default: break
        }
    }
}
