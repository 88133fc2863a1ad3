import Evidence
import Foundation
import Sandbox
import TestSupport
import Testing

extension EndToEnd {
    /// From the request to the verified proof, over a real Postfix, a real Dovecot and a gateway's HTTP.
    @Suite(
        .enabled(
            if: PrivatePostfix.isAvailable && PrivateDovecot.isAvailable, "needs root, postfix and dovecot-imapd"))
    struct WholeWayTests {
        private static let mailbox = "zhang.wei@example.cn"

        /// What the outside world of a test consists of.
        private struct World {
            let dovecot: PrivateDovecot
            let postfix: PrivatePostfix
            let sms: SandboxSMSGateway
            let settings: House.Settings

            static func start(routes: [String: Int] = [:]) async throws -> World {
                let dovecot = try await PrivateDovecot.start()
                let postfix = try await PrivatePostfix.start(
                    mailboxes: ["bounce@songda.test", mailbox], routes: routes, mailRoot: dovecot.mailRoot)
                var options = SandboxSMSGateway.Options()
                options.token = "sandbox-token"
                let sms = SandboxSMSGateway(options: options)
                try await sms.start()
                var settings = House.Settings()
                settings.relay = postfix.port
                settings.bounces = (dovecot.imapPort, dovecot.password)
                settings.sms = (try #require(sms.port), "sandbox-token")
                return World(dovecot: dovecot, postfix: postfix, sms: sms, settings: settings)
            }

            func stop() async throws {
                try await sms.stop()
                await postfix.stop()
                await dovecot.stop()
            }
        }

        @Test(arguments: Backend.allCases)
        func `S-48, S-56 a dismissal reaches mailbox, phone and inbox, and two checkers agree on its proof`(
            backend: Backend
        ) async throws {
            let world = try await World.start()
            try await House.with(world.settings, on: backend) { house, hr in
                let person = try await hr.person(
                    "E-1001", name: "张伟", mail: Self.mailbox, phone: "13800000001")
                let notice = try await issueAndApprove(person, house, hr)

                // Three ways at once.
                try await hr.wait(for: "delivered", of: notice)
                try await hr.wait(for: "delivered", of: notice, on: "sms")
                try await read(notice, person, hr)
                try await hr.wait(for: "acknowledged", of: notice, on: "inbox")
                try await checkMail(notice, world, hr)
                #expect(world.sms.messages.map(\.phone) == ["+8613800000001"])

                // The reports came back as evidence, each with the clock of whoever observed it.
                let items = try await hr.timeline(of: notice)
                let events = items.compactMap { $0["event"]?.string }
                for event in [
                    "NoticeIssued", "ApprovalGiven", "PreflightOverridden", "DocumentSealed", "PlacedInInbox",
                    "AttemptStarted", "AttemptAccepted", "ReceiptDelivered", "ContentOpened", "Acknowledged",
                ] { #expect(events.contains(event), "\(event) in \(events)") }
                #expect(items.contains { $0["clock"]?.string == "smtp:mx.songda.test" })
                // The gateway signs nothing: its call-back is a claim, its answer to our question the receipt.
                let claim = try #require(items.first { $0["event"]?.string == "ReceiptClaimed" })
                #expect(claim["facts"]?["source"]?.string == "sms_report")
                #expect(
                    items.contains {
                        $0["event"]?.string == "ReceiptDelivered" && $0["facts"]?["source"]?.string == "sms_query"
                    })

                try await prove(notice, house, hr)
                try await house.audit()
            }
            try await world.stop()
        }

        @Test func `F33 a bounce that comes after acceptance lowers the state and names the reason`() async throws {
            let far = try await ScriptedPeer.smtp(.at("RCPT", .reply("550 5.1.1 nobody of that name")))
            let world = try await World.start(routes: ["far.test": far.port])
            try await House.with(world.settings) { house, hr in
                let notice = try await hr.alert(
                    try await hr.person("E-1", mail: "li.na@far.test", phone: "13800000002"), key: "f33")
                try await hr.wait(for: "failed", of: notice)
                let events = try await hr.timeline(of: notice).compactMap { $0["event"]?.string }
                #expect(events.contains("AttemptAccepted"), "what was true before stays on record")
                #expect(events.contains("ReceiptFailed"))
                let shown = try await house.succeed(["show", notice, "--key-file", house.path("hr.key")])
                #expect(shown.contains("nobody of that name"))
                // Taken from the mailbox once it is on record.
                try await eventually("an empty bounce mailbox") {
                    world.dovecot.files(of: "bounce@songda.test").isEmpty
                }
            }
            try await world.stop()
            await far.stop()
        }

        // MARK: Steps

        /// Through the command line: the request as a file, two approvals with two keys.
        private func issueAndApprove(_ person: String, _ house: House, _ hr: Caller) async throws -> String {
            let approvers = [
                try await hr.colleague("legal", ["approve", "read"]),
                try await hr.colleague("manager", ["approve", "read"]),
            ]
            defer { approvers.forEach { $0.close() } }
            try house.write(
                Requests.dismissal(to: person, confirmedBy: approvers[0].id).canonicalText, to: "dismissal.json")
            let issued = try JSONValue(
                parsing: try await house.succeed([
                    "issue", "dismissal.json", "--json", "--key-file", house.path("hr.key"),
                ]))
            let notice = try #require(issued["id"]?.string)
            let hash = try #require(issued["contentHash"]?.string)
            #expect(issued["state"] == "awaiting_approval")

            let author = try await hr.send("POST", "/v1/notices/\(notice)/approvals", ["contentHash": .string(hash)])
            #expect(author.status == 403, "who issues does not approve")
            for approver in approvers {
                let name = "\(approver.id).key"
                try house.keep(secret: approver.secret, in: name)
                #expect(try await hr.state(of: notice) == nil, "nothing leaves before the second approval")
                try await house.succeed([
                    "approve", notice, "--content-hash", hash, "--key-file", house.path(name),
                ])
            }
            let shown = try await house.succeed(["show", notice, "--key-file", house.path("hr.key")])
            for (name, approver) in zip(["legal", "manager"], approvers) {
                #expect(shown.contains("ApprovalGiven by \(name) (\(approver.id))"), "\(shown)")
            }
            return notice
        }

        private func read(_ notice: String, _ person: String, _ hr: Caller) async throws {
            let employee = try await hr.colleague("the employee", ["inbox"], person: person)
            defer { employee.close() }
            try await hr.wait(for: "available", of: notice, on: "inbox")
            let item = try #require(
                try await employee.json("GET", "/v1/inbox")["items"]?.array?.first {
                    $0["notice"]?.string == notice
                })
            let delivery = try #require(item["delivery"]?.string)
            let shown = try await employee.json("POST", "/v1/inbox/\(delivery)/open", [:])
            let hash = try #require(shown["document"]?["hash"])
            try await employee.json("POST", "/v1/inbox/\(delivery)/acknowledge", ["documentHash": hash])
        }

        /// The mailbox's own copy: Postfix's queue id is the one on record, and the sealed PDF is attached.
        private func checkMail(_ notice: String, _ world: World, _ hr: Caller) async throws {
            let accepted = try #require(
                try await hr.timeline(of: notice).first {
                    $0["event"]?.string == "AttemptAccepted" && $0["facts"]?["route"] == "relay"
                }?["facts"])
            let queueID = try #require(accepted["reference"]?.string?.split(separator: " ").last)
            #expect(world.postfix.log.contains("\(queueID): "))
            let mail = try await world.postfix.message(for: Self.mailbox) { _ in true }
            let id = try #require(accepted["messageID"]?.string).trimmingCharacters(in: ["<", ">"])
            #expect(Invariants.messageID(of: Array(mail.utf8)) == id)
            let document = try await hr.send("GET", "/v1/notices/\(notice)/document").body
            let flat = mail.filter { !$0.isNewline }
            #expect(flat.contains(Base64.encode(document)), "the PDF in the mailbox is the sealed one")
        }

        /// The bundle, by our verifier and by openssl; then the same after one byte is flipped.
        private func prove(_ notice: String, _ house: House, _ hr: Caller) async throws {
            try await eventually("a timestamp over the newest entry") {
                let lines = String(decoding: try await hr.send("GET", "/metrics").body, as: UTF8.self)
                    .split(separator: "\n")
                let sizes = ["checkpoint", "timestamp"].map { name in
                    lines.first { $0.hasPrefix("songda_log_size{covered=\"\(name)\"}") }?.split(separator: " ").last
                }
                return sizes[0] == sizes[1]
            }
            let bundle = house.path("proof.asice")
            try await house.succeed(["prove", notice, "--out", bundle, "--key-file", house.path("hr.key")])
            let sound = try await Bundles.verdicts(on: bundle, trust: house.path("keys/root.pem"))
            #expect(sound.ours.code == 0, "\(sound.ours.said)")
            #expect(sound.openssl.code == 0, "\(sound.openssl.said)")

            let members = try await Bundles.worthFlipping(in: bundle)
            #expect(members.count == 6)
            // The bundle does not depend on the engine; once through all of its parts is enough.
            for member in house.backend == .sqlite ? members : [members[0]] {
                let flipped = house.path("flipped.asice")
                try await Bundles.flip(member, of: bundle, into: flipped)
                let verdicts = try await Bundles.verdicts(on: flipped, trust: house.path("keys/root.pem"))
                #expect(verdicts.ours.code == 1, "\(member): \(verdicts.ours.said.suffix(500))")
                #expect(verdicts.openssl.code == 1, "\(member): \(verdicts.openssl.said.suffix(500))")
            }
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: bundle)))
            bytes[bytes.count / 3] ^= 1
            try Data(bytes).write(to: URL(fileURLWithPath: house.path("raw.asice")))
            let raw = try await Program.run([Program.verifier, house.path("raw.asice")], in: "/")
            #expect(raw.code == 1)
        }
    }
}
