import Evidence
import Hummingbird
import Notices

/// Tells anybody, without signing in, whether a notice is real and whether a bundle holds.
///
/// Neither page tells anything of a person. A number cannot be guessed, and tries are counted.
struct VerifyPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates
    /// Wrong numbers and uploads, a client.
    private let tries = TokenBuckets(burst: 30, every: .seconds(4))

    /// The largest bundle this page takes; `songda-verify` takes any.
    static let maximumBundle = 32 << 20

    init(services: ConsoleServices, templates: PageTemplates) {
        self.services = services
        self.templates = templates
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.verify, .open, bodyLimit: 0, style: .page, answer: form),
            Endpoint(
                .post, Site.verify, .open, bodyLimit: Self.maximumBundle + (64 << 10), style: .page, answer: verify),
            Endpoint(.get, Site.check, .open, bodyLimit: 0, style: .page, answer: check),
        ]
    }

    // MARK: Bundles

    struct VerifyPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let verdict: String?
        let verdictClass: String
        let rehearsal: String?
        let notice: String?
        let entries: Int
        let checks: [Check]
        let faults: [Check]
        let hasFaults: Bool
        let error: String?
        let downloads: String
    }

    /// One check, in words.
    struct Check: Sendable {
        let subject: String
        let sentence: String
        let state: String
        let stateClass: String
    }

    private func form(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return page(call, report: nil)
    }

    private func verify(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        try SameSite.check(call, publicBaseURL: services.settings.publicBaseURL)
        if let wait = tries.take(call.client, at: services.clock.now) {
            throw Problem.tooMany(retryAfter: wait, "too many bundles came from your address; wait")
        }
        let form = try MultipartForm(call.body, contentType: try call.header("Content-Type") ?? "", file: "bundle")
        guard !form.file.isEmpty else {
            return page(call, report: nil, error: PageMaker(call, templates).word("verify_none"), status: 422)
        }
        let verifier = BundleVerifier(trust: services.settings.verifyTrust, now: services.clock.now)
        return page(call, report: await Self.report(on: form.file, verifier))
    }

    /// Takes a second or so of one processor, away from those who answer others.
    @concurrent private static func report(on bytes: [UInt8], _ verifier: BundleVerifier) async -> VerificationReport {
        verifier.verify(bytes)
    }

    private func page(_ call: Call, report: VerificationReport?, error: String? = nil, status: Int = 200) -> Reply {
        let make = PageMaker(call, templates)
        let language: VerificationReport.Language = make.language == .english ? .english : .chinese
        func row(_ check: VerificationReport.Check) -> Check {
            Check(
                subject: check.place(language), sentence: check.sentence(language),
                state: make.word("check_\(check.status.rawValue)"),
                stateClass: check.status == .failed ? "negative" : check.status == .ok ? "acknowledged" : "")
        }
        let frame = make.frame(make.word("verify"))
        return make.reply(
            "verify",
            VerifyPage(
                frame: frame, w: frame.w, action: Site.verify,
                verdict: report.map { make.word("verdict_\($0.verdict.rawValue)") },
                verdictClass: report?.isSound == true ? "done" : "error",
                rehearsal: report.flatMap { Self.rehearsal($0, make) }, notice: report?.notice,
                entries: report?.entryCount ?? 0, checks: report?.checks.map(row) ?? [],
                faults: report?.faults.map(row) ?? [], hasFaults: report?.faults.isEmpty == false, error: error,
                downloads: make.word("verify_offline")), status: status)
    }

    private static func rehearsal(_ report: VerificationReport, _ make: PageMaker) -> String? {
        switch report.rehearsal {
        case .none: nil
        case .part(let count, let all):
            make.word("verify_rehearsal_part").replacing("{count}", with: "\(count)").replacing("{all}", with: "\(all)")
        case .whole: make.word("verify_rehearsal")
        }
    }

    // MARK: Notices

    struct CheckPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let query: String
        let found: Found?
        let error: String?
        let verify: String
    }

    /// What may be said to whoever has the number: nothing of any person.
    struct Found: Sendable {
        let number: String
        let issuer: String
        let creditCode: String
        let contact: String?
        let kind: String
        let sealedAt: String
        let state: String
        let isWithdrawn: Bool
        let isRehearsal: Bool
        /// Both hashes where they are shown; each opens this page, so they would tell the kind to whoever has the number.
        let hashes: Hashes?
        let hashFits: String?
        let hashClass: String
    }

    /// What to compare the document in hand with.
    struct Hashes: Sendable {
        let content: String
        let document: String?
    }

    private func check(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "q"])
        let make = PageMaker(call, templates, library: services.templates)
        let typed = (query["q"] ?? "").trimmed
        var (found, error): (Found?, String?)
        if !typed.isEmpty {
            if let (notice, hash) = try await look(typed) {
                found = try await describe(notice, hash: hash, make)
            } else if let wait = tries.take(call.client, at: services.clock.now) {
                throw Problem.tooMany(retryAfter: wait, "too many tries; wait")
            } else {
                error = make.word("check_unknown")
            }
        }
        let frame = make.frame(make.word("check"))
        return make.reply(
            "check",
            CheckPage(
                frame: frame, w: frame.w, action: Site.check, query: String(typed.prefix(200)), found: found,
                error: error, verify: Site.verify), status: error == nil ? 200 : 404)
    }

    /// The sealed notice meant by a number, a hash, or the code in the foot of a document (`songda:NUMBER:HASH`), with
    /// the hash that was given.
    ///
    /// What is not sealed was never issued to anybody, and is answered like a number that does not exist.
    private func look(_ typed: String) async throws -> (Notice, hash: String?)? {
        let parts = typed.split(separator: ":")
        let isCode = parts.count == 3 && parts[0] == "songda"
        let notice: Notice?
        if typed.utf8.count == 64, let hash = Digest(hex: typed.lowercased()) {
            notice = try await services.reader.notices(withHash: hash, isSealed: true, limit: 1).first
        } else {
            notice = try await services.reader.notice(number: (isCode ? String(parts[1]) : typed).uppercased())
        }
        guard let notice, notice.sealedAt != nil else { return nil }
        return (notice, isCode ? String(parts[2]) : typed.utf8.count == 64 ? typed : nil)
    }

    private func describe(_ notice: Notice, hash: String?, _ make: PageMaker) async throws -> Found {
        let fits = hash.map { [notice.contentHash.hex, notice.documentHash?.hex].contains($0.lowercased()) }
        // Whoever shows the hash holds the document; a number alone is on envelopes and in subjects, which say no more.
        let isTold = fits == true || services.templates.template(kind: notice.kind)?.isSensitive == false
        return Found(
            number: notice.number, issuer: notice.issuer.fullName, creditCode: notice.issuer.creditCode,
            contact: try await services.recipients.issuer(notice.issuer.id)?.contact,
            kind: isTold ? make.kind(notice.kind) : make.word("check_kindHidden"),
            sealedAt: make.time(notice.sealedAt ?? notice.createdAt),
            state: make.word("notice_\(notice.state.rawValue)"),
            isWithdrawn: notice.state == .cancelled, isRehearsal: notice.isRehearsal,
            hashes: isTold ? Hashes(content: notice.contentHash.hex, document: notice.documentHash?.hex) : nil,
            hashFits: fits.map { make.word($0 ? "check_hashFits" : "check_hashDiffers") },
            hashClass: fits == false ? "error" : "done")
    }
}

extension Site {
    /// Examines a bundle.
    public static let verify = "/verify"
    /// Says whether a notice is real.
    public static let check = "/check"
}
