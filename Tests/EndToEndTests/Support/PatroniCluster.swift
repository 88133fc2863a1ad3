import Evidence
import Foundation
import TestSupport
import Testing

/// Three PostgreSQL servers under Patroni and one etcd, each on a machine of its own in a small network.
///
/// A commit waits for a second server (`synchronous_mode_strict`), and who has not renewed its claim within `ttl` seconds is
/// leader no more.
struct PatroniCluster: Sendable {
    /// Patroni allows no less than 20.
    static let ttl = Duration.seconds(20)
    private static let members = [1, 2, 3]
    private static let etcd = 0

    private let directory: String
    private let user: [String]
    private let network: NodeNetwork
    private let running = Box<[Program]>([])

    /// How its clients find the one that takes writes.
    var conninfo: String {
        let hosts = Self.members.map(NodeNetwork.address(of:)).joined(separator: ",")
        return "host=\(hosts) dbname=postgres user=songda target_session_attrs=read-write"
    }

    /// Lends a cluster with a leader and two followers, one of which every commit waits for, and clears it away whatever
    /// happens.
    static func with(_ body: (PatroniCluster) async throws -> Void) async throws {
        let tools = "\(TestResources.root)/var/cluster"
        try #require(
            FileManager.default.isExecutableFile(atPath: "\(tools)/bin/etcd"),
            "run `sh config/setup-cluster.sh var/cluster`")
        let directory = try TemporaryDirectory.make("songda-cluster", in: PostgresServer.roomyParent())
        var network: NodeNetwork?
        var cluster: PatroniCluster?
        func clear() async {
            await network?.stop()
            for program in cluster?.running.load() ?? [] { await program.discard() }
            try? FileManager.default.removeItem(atPath: directory)  // a leftover in /tmp harms no test
        }
        do {
            let user = try PostgresServer.hand(directory)
            // A copy: the user may not be allowed to look into the directory where the tests are.
            try FileManager.default.copyItem(atPath: tools, toPath: "\(directory)/tools")
            let made = try await NodeNetwork.start(
                machines: 4, farewell: try farewell(directory, user.joined(separator: " ")))
            network = made
            let built = PatroniCluster(directory: directory, user: user, network: made)
            cluster = built
            try await built.start()
            try await body(built)
        } catch {
            await clear()
            throw error
        }
        await clear()
    }

    /// Patroni goes before its server, or would start it again; and the server is told, so that it frees its shared memory.
    private static func farewell(_ directory: String, _ user: String) throws -> String {
        let namespaces = members.map(NodeNetwork.namespace(of:)).joined(separator: " ")
        return """
            for n in \(namespaces); do
                for process in $(ip netns pids $n); do
                    kill -CONT $process
                    [ "$(cat /proc/$process/comm)" = postgres ] || kill -9 $process
                done
            done
            for data in '\(directory)'/data*; do
                \(user) '\(try PostgresServer.binaries())/pg_ctl' stop -m immediate -D "$data"
            done
            rm -rf '\(directory)'
            """
    }

    private func start() async throws {
        let own = NodeNetwork.address(of: Self.etcd)
        try await run(
            on: Self.etcd,
            [
                "\(directory)/tools/bin/etcd", "--data-dir", "\(directory)/etcd", "--listen-client-urls",
                "http://\(own):2379", "--advertise-client-urls", "http://\(own):2379", "--listen-peer-urls",
                "http://127.0.0.1:2380",
            ])
        for member in Self.members {
            let file = "\(directory)/\(member).yml"
            try Data(try configuration(of: member).utf8).write(to: URL(fileURLWithPath: file))
            try await startMember(member)
        }
        try await waitUntilWhole()
    }

    /// Starts Patroni on a machine, which starts its server.
    private func startMember(_ member: Int) async throws {
        // Not its own script, in which the directory stands where it was installed.
        try await run(
            on: member, ["\(directory)/tools/bin/python", "-m", "patroni", "\(directory)/\(member).yml"])
    }

    private func run(on machine: Int, _ words: [String]) async throws {
        let program = try await Program.start(
            network.words(on: machine) + user + words, in: "/", environment: ["HOME": directory])
        running.store(running.load() + [program])
    }

    // MARK: Members

    /// What Patroni on a member says of all of them, by their numbers; nil if it does not answer.
    private func members(seenFrom member: Int) async throws -> [Int: JSONValue]? {
        // Not our own exchange, which sends nothing in clear text to another machine.
        let script = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=2).read().decode())"
        let url = "http://\(NodeNetwork.address(of: member)):8008/cluster"
        let ending = try await Program.run(["/usr/bin/python3", "-c", script, url], in: "/")
        // Whoever is dead or cut off has nothing to say.
        guard ending.code == 0, let list = try JSONValue(parsing: ending.out)["members"]?.array else { return nil }
        let rows = list.compactMap { row in row["name"]?.string.flatMap { Int($0.dropFirst(4)) }.map { ($0, row) } }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    /// Who leads, as the others see it.
    func leader(notAsking absent: Int? = nil) async throws -> Int? {
        for member in Self.members where member != absent {
            guard let rows = try await members(seenFrom: member) else { continue }
            return rows.first { $0.value["role"] == "leader" && $0.value["state"] == "running" }?.key
        }
        return nil
    }

    /// Waits until one leads, the others follow on its timeline, and every commit waits for one of them.
    func waitUntilWhole() async throws {
        var last: [Int: JSONValue] = [:]
        try await eventually("a whole cluster; it is \(last)\n\(said.suffix(3000))", within: .seconds(90)) {
            last = try await members(seenFrom: Self.members[0]) ?? [:]
            let roles = last.values.compactMap { $0["role"]?.string }
            let timelines = Set(last.values.map { $0["timeline"]?.integer })
            return roles.contains("leader") && roles.contains("sync_standby") && timelines.count == 1
                && last.values.count { $0["state"] == "streaming" } == Self.members.count - 1
        }
    }

    /// What its programs have said, for a test that failed.
    var said: String { running.load().map(\.said).map { String($0.suffix(1000)) }.joined(separator: "\n") }

    /// Asks one server for one value; nil if it does not answer.
    func ask(_ member: Int, _ question: String) async throws -> String? {
        let conninfo =
            "host=\(NodeNetwork.address(of: member)) dbname=postgres user=songda connect_timeout=2 target_session_attrs=any"
        let ending = try await Program.run(
            ["timeout", "5", "\(try PostgresServer.binaries())/psql", "-XAtqc", question, "-d", conninfo], in: "/")
        return ending.code == 0 ? ending.out.trimmingCharacters(in: .whitespacesAndNewlines) : nil
    }

    // MARK: Faults

    /// What happens to a leader.
    enum Fault: CaseIterable, Sendable {
        /// Its machine loses its power: nobody is told, and nobody hangs up.
        case killed
        /// Patroni and the server stand still: connections stay open, and nobody answers.
        case stopped
        /// It cannot reach etcd and the others any more; clients reach both sides.
        case parted
    }

    /// Makes the fault.
    func make(_ fault: Fault, of member: Int) async throws {
        switch fault {
        case .killed:
            // The network goes first, or the kernel would close the connections of the dead.
            try await network.cut(member, from: others(than: member), isFromHere: true)
            try await network.signal(SIGKILL, on: member)
        case .stopped: try await network.signal(SIGSTOP, on: member)
        case .parted: try await network.cut(member, from: others(than: member), isFromHere: false)
        }
    }

    /// Ends the fault.
    func heal(_ fault: Fault, of member: Int) async throws {
        switch fault {
        case .killed:
            try await network.join(member, with: others(than: member), isFromHere: true)
            try await startMember(member)
        case .stopped: try await network.signal(SIGCONT, on: member)
        case .parted: try await network.join(member, with: others(than: member), isFromHere: false)
        }
    }

    private func others(than member: Int) -> [Int] { ([Self.etcd] + Self.members).filter { $0 != member } }

    private func configuration(of member: Int) throws -> String {
        let own = NodeNetwork.address(of: member)
        return """
            scope: songda
            name: node\(member)
            restapi: { listen: "\(own):8008", connect_address: "\(own):8008" }
            etcd3: { hosts: ["\(NodeNetwork.address(of: Self.etcd)):2379"] }
            bootstrap:
              dcs:
                ttl: \(Self.ttl.components.seconds)
                loop_wait: 2
                retry_timeout: 3
                synchronous_mode: true
                synchronous_mode_strict: true
                postgresql:
                  use_pg_rewind: true
                  parameters: { shared_buffers: 32MB, max_connections: 60, autovacuum: off }
              initdb: [ { encoding: UTF8 }, { locale: C }, data-checksums, no-sync ]
              pg_hba: [ "host all all samenet trust", "host replication all samenet trust", "local all all trust" ]
            postgresql:
              listen: "\(own):5432"
              connect_address: "\(own):5432"
              data_dir: "\(directory)/data\(member)"
              bin_dir: "\(try PostgresServer.binaries())"
              pgpass: "\(directory)/pgpass\(member)"
              authentication:
                superuser: { username: songda, password: none }
                replication: { username: replica, password: none }
                rewind: { username: songda, password: none }
              parameters: { unix_socket_directories: "" }

            """
    }
}
