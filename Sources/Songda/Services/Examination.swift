import Console
import Curl
import Evidence
import Foundation
import Logging
import Notices
import SQL
import Store
import Typeset

/// Looks at everything a start needs, without starting.
struct Examination {
    let configuration: Configuration
    let clock: any WallClock

    /// What one check found.
    struct Finding: Sendable {
        let name: String
        /// What is wrong, with its cure; nil when nothing is.
        var fault: String?
        /// What will be missing, though nothing is wrong.
        var notes: [String] = []
    }

    /// Every check in the order in which people can cure what it finds.
    func findings() async -> [Finding] {
        var findings = [Finding(name: "configuration", notes: configuration.gaps)]
        func check(_ name: String, _ body: () async throws -> [String]) async {
            do {
                findings.append(Finding(name: name, notes: try await body()))
            } catch {
                findings.append(Finding(name: name, fault: "\(error)"))
            }
        }
        await check("address") {
            try ListeningAddress(configuration.http).requireLocal()
            return []
        }
        var keys: KeyCabinet?
        await check("keys") {
            keys = try KeyCabinet(
                directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
                logOrigin: configuration.logOrigin, clock: clock)
            return []
        }
        await check("templates") { try none { _ = try TemplateLibrary(directory: configuration.templates) } }
        await check("rules") { try none { _ = try Application.law(configuration.rules) } }
        await check("fonts") { try none { _ = try FontSet.locate(directory: configuration.fonts) } }
        await check("routes") {
            guard !configuration.mail.routes.isEmpty || configuration.isRehearsal else {
                throw Failure("mail.routes names no relay; add one, or set rehearsal: true")
            }
            return []
        }
        await check("witness") {
            _ = try placeToBe(of: configuration.witness, option: "witness")
            return []
        }
        var stored: Stored?
        await check("database") {
            let (notes, found) = try await database(keys)
            stored = found
            return notes
        }
        if let keys {
            await check("seals") { try seals(keys, issuers: stored?.issuers ?? []) }
            if let stored {
                await check("evidence log") { try log(stored.checkpoint, keys) }
                await check("web hooks") { stored.webhooks.compactMap(trouble) }
            }
        }
        if let backup = configuration.backup, let source = DiskSpace.file(of: configuration.database) {
            await check("backup") {
                let place = BackupPlace(directory: backup.directory, source: source)
                if let fault = place.fault() { throw Failure(fault.en) }
                return place.notes()
            }
        }
        await check("disk") { try none { try DiskSpace.requireRoom(beside: configuration.database) } }
        if let openID = configuration.openID {
            await check("identity provider") { try await ask(openID) }
        }
        // Only where nothing is known to be wrong: it would say the same again, with less to go by.
        if !findings.contains(where: { $0.fault != nil }) { await check("start") { try await start() } }
        return findings
    }

    private func ask(_ openID: Configuration.OpenID) async throws -> [String] {
        let exchange = HTTPExchange()
        defer { exchange.shutdown() }
        do {
            try await openID.settings.examine(clock: clock, exchange: openID.exchange(over: exchange))
        } catch {
            throw Failure("\(openID.settings.issuer): \(error); correct oidc.issuer or ca-file, or start the provider")
        }
        return []
    }

    private func none(_ body: () throws -> Void) throws -> [String] {
        try body()
        return []
    }

    // MARK: What is in the database

    /// What the database has to do with keys: whose seals it needs, and what the log key has signed.
    private struct Stored {
        let issuers: [Issuer]
        let checkpoint: StoredCheckpoint?
        let webhooks: [Webhook]
    }

    private func database(_ keys: KeyCabinet?) async throws -> (notes: [String], stored: Stored?) {
        if let path = DiskSpace.file(of: configuration.database), !FileManager.default.fileExists(atPath: path) {
            return ([try first(path)], nil)
        }
        let database = try await Application.openDatabase(configuration, readOnly: true)
        do {
            let pending = try await Migrator(Migrations.all).unapplied(database)
            guard let keys, pending.isEmpty else {
                await database.close()
                return (pending.isEmpty ? [] : ["the first start brings the schema up to date"], nil)
            }
            let (notices, log) = SQLNoticeStore.stores(in: database, vault: keys.vault, clock: clock)
            try await notices.requireMasterKeys()
            try await RehearsalGround.require(in: notices, for: configuration)
            let stored = Stored(
                issuers: try await notices.issuers(), checkpoint: try await log.latestCheckpoint(),
                webhooks: try await notices.webhooks())
            await database.close()
            return ([], stored)
        } catch {
            await database.close()
            throw error
        }
    }

    /// A database that is not there yet is made at the first start.
    private func first(_ path: String) throws -> String {
        let missing = try placeToBe(of: path, option: "database")
        return "\(path) is not there yet; the first start makes it"
            + (missing.map { ", and its directory \($0)" } ?? "")
    }

    /// The directory that the first start would make for a file; nil where it is there, and a fault where it cannot be made.
    private func placeToBe(of path: String, option: String) throws -> String? {
        let files = FileManager.default
        let directory = (path as NSString).deletingLastPathComponent
        var place = directory.isEmpty ? "." : directory
        // In a directory that was deleted not even "." is there.
        while !files.fileExists(atPath: place), place != ".", place != "/" {
            let above = (place as NSString).deletingLastPathComponent
            place = above.isEmpty ? "." : above
        }
        var isDirectory: ObjCBool = false
        guard files.fileExists(atPath: place, isDirectory: &isDirectory), isDirectory.boolValue,
            access(place, W_OK | X_OK) == 0
        else {
            throw ConfigError(
                option, path, "cannot be made: \(place) is no directory that may be written; correct the path", nil)
        }
        return directory.isEmpty || place == directory ? nil : directory
    }

    // MARK: What the keys have to do with it

    /// Every seal that a notice could need can seal today.
    private func seals(_ keys: KeyCabinet, issuers: [Issuer]) throws -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(configuration.keyDirectory)/seals")) ?? []
        // No directory: no seal was made yet.
        let names = Set(files.filter { $0.hasSuffix(".pem") }.map { String($0.dropLast(".pem".count)) })
        let needed = names.union(issuers.map(\.id.rawValue)).sorted()
        var faults: [String] = []
        for name in needed {
            do { _ = try keys.identity(for: IssuerID(name)) } catch { faults.append("\(name): \(error)") }
        }
        guard faults.isEmpty else { throw Failure(faults.joined(separator: "; ")) }
        return needed.isEmpty ? ["no issuing entity has a seal yet; songda keygen --seal makes one"] : []
    }

    /// What a web hook is not told.
    private func trouble(_ webhook: Webhook) -> String? {
        if let since = webhook.disabledAt {
            return
                "\(webhook.name) is disabled since \(since.rfc3339): \(webhook.disabledReason ?? ""); songda webhooks "
                + "enable \(webhook.id) tells it again"
        }
        guard webhook.counts.dead > 0 else { return nil }
        return "\(webhook.name) was not told \(webhook.counts.dead) messages in 72 hours; songda webhooks messages "
            + "\(webhook.id) --state dead lists them, resend sends them again"
    }

    /// The log was signed by the key that is here, and did not go back behind what was witnessed.
    private func log(_ latest: StoredCheckpoint?, _ keys: KeyCabinet) throws -> [String] {
        if let latest { _ = try Checkpoint(verifying: latest.note, keys: keys.logKeys) }
        let bytes = FileManager.default.contents(atPath: configuration.witness).map { Array($0) } ?? []
        let seen = bytes.isEmpty ? [] : try WitnessFile.checkpoints(in: bytes, keys: keys.logKeys)
        let size = latest?.size ?? 0
        if let newest = seen.map(\.size).max(), newest > size {
            throw Failure(
                "the log has \(size) entries, and \(configuration.witness) has seen \(newest): an older copy of the "
                    + "database is in place; restore the newest one")
        }
        return []
    }

    // MARK: A start

    /// Puts everything together as the server does, on a database of its own that is thrown away.
    private func start() async throws -> [String] {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
            "songda-doctor-\(SecureRandom.uuid(at: clock.now))"
        ).path
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: scratch) }  // in the directory for what may be lost
        var trial = configuration
        trial.database = "sqlite:\(scratch)/songda.db"
        trial.witness = "\(scratch)/songda.witness"
        let application = try await Application.build(trial, clock: clock, logger: makeLogger(level: .critical))
        do {
            _ = try Server(application: application).console()
        } catch {
            await application.close()
            throw error
        }
        await application.close()
        return []
    }
}

extension Configuration {
    /// What a server for real will lack, though it starts; nothing in a rehearsal, where the sandbox is all there is.
    var gaps: [String] {
        guard !isRehearsal else { return [] }
        var gaps: [String] = []
        if mail.bounces == nil, !mail.routes.isEmpty {
            gaps.append("mail.bounces is not set: no delivery report is ever seen, and mail stays \"accepted\"")
        }
        if sms.isEmpty { gaps.append("sms names no gateway: text messages wait as \"queued\" until there is one") }
        if http.publicURL == nil { gaps.append("http.public-url is not set: mails and texts carry no links") }
        if timestamps.authorities.isEmpty {
            gaps.append(
                "timestamps names no authority: every time is stated by you alone and called \"not independent\"")
        }
        return gaps
    }
}
