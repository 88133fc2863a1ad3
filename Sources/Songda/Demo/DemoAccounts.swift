import Console
import Evidence
import Foundation
import Notices
import People

/// Who can sign in to the demo that keeps serving, with passwords that are good for this run only.
struct DemoAccounts: Sendable {
    let directory: String
    let clock: any WallClock

    /// One person at the console.
    private struct Holder {
        let login: String
        let name: String
        let scopes: Set<APIKey.Scope>
        /// Their number on the roster.
        let number: String
        let does: String
    }

    private static let holders = [
        Holder(
            login: "limin", name: "李敏", scopes: [.issue, .read, .hr, .inbox], number: "E-0008",
            does: "HR 人事: writes notices; people, clients, handovers"),
        Holder(
            login: "wangfang", name: "王芳", scopes: [.approve, .read, .inbox], number: "E-0007",
            does: "first approver 审批人, head of HR"),
        Holder(
            login: "zhaogang", name: "赵刚", scopes: [.approve, .read, .staff, .inbox], number: "E-1003",
            does: "second approver 审批人, head of sales"),
        Holder(
            login: "chenjing", name: "陈静", scopes: [.read, .staff, .inbox], number: "E-0009",
            does: "legal 法务: reads everything, takes proofs"),
        Holder(
            login: "lilei", name: "李雷", scopes: [.inbox, .staff], number: DemoOrganisation.employee,
            does: "employee 员工 \(DemoOrganisation.employee): reads and answers what he is given"),
        Holder(
            login: "zhoukai", name: "周凯", scopes: [.administer, .inbox], number: "E-0010",
            does: "operator 运维: routes, queues, health"),
    ]

    /// Makes the accounts, keeps what is told once beside the demo, and says how to sign in.
    func make(_ application: Application, people: [String: PersonID], server: String) async throws {
        let maker = AccountMaker(store: application.accounts, recorder: application.recorder, clock: clock)
        let demo = Actor(
            principal: Principal(id: "demo", kind: .system, method: "access to keys and database"),
            roles: [.administrator])
        try FileManager.default.createDirectory(
            atPath: "\(directory)/accounts", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var (table, apps) = ([String](), [String]())
        for holder in Self.holders {
            let password = Self.password()
            let told = try await maker.add(
                login: holder.login, name: holder.name, password: password, scopes: holder.scopes,
                person: people[holder.number], by: demo)
            let login = holder.login.padding(toLength: 9, withPad: " ", startingAt: 0)
            table.append(
                "  \(login)  \(password)  \(told.authenticatorURI == nil ? "no " : "yes")   \(holder.name) \(holder.does)"
            )
            if let uri = told.authenticatorURI {
                apps.append("  \(uri)")
                try KeyFile.write(Array((uri + "\n").utf8), to: "\(directory)/accounts/\(holder.login).otpauth")
            }
        }
        let text = Self.text(server: server, table: table, apps: apps, directory: directory)
        try KeyFile.write(Array(text.utf8), to: "\(directory)/accounts/sign-in.txt")
        print(text)
    }

    private static func text(server: String, table: [String], apps: [String], directory: String) -> String {
        """

        Sign in 登录: \(server)/

          login      password             code  who
        \(table.joined(separator: "\n"))

        code = yes: six digits of an authenticator are asked for too. In a second terminal, `make code` shows the
        codes of this moment (songda accounts code \(directory)/accounts). Each is good for one sign-in. Or put these
        into an authenticator app:
        \(apps.joined(separator: "\n"))

        Try it 试一试: limin issues 解除劳动合同通知书 to \(DemoOrganisation.employee); wangfang and zhaogang approve it;
        lilei reads it in his inbox; chenjing downloads the proof bundle. This text is in \(directory)/accounts/sign-in.txt.
        """
    }

    /// Sixteen letters and digits without those that look alike: 80 bits.
    private static func password() -> String {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
        let letters = SecureRandom.bytes(16).map { alphabet[Int($0) % alphabet.count] }
        return stride(from: 0, to: 16, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(separator: "-")
    }
}
