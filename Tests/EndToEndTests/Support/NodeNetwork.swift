import Foundation
import TestSupport

/// A small network of machines: each a network namespace of its own, joined to a bridge that this machine is on as well.
///
/// A shell beside it takes it away when this process goes, with whatever still runs in it; nothing is looked up by name but
/// the namespaces that it made.
struct NodeNetwork: Sendable {
    private let shell: ServerProcess
    private let name: String

    /// Whether one can be made here: root, the `ip` command, and a kernel that lends namespaces, bridges and pairs.
    static let works: Bool = {
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/bin/sh")
        let name = "sdp\(getpid())"
        probe.arguments = [
            "-c",
            """
            ip netns add \(name) && ip link add \(name) type bridge && ip link add \(name)v type veth peer name eth0 netns \(name)
            works=$?
            ip link del \(name); ip netns del \(name)
            exit $works
            """,
        ]
        probe.standardOutput = FileHandle.nullDevice
        probe.standardError = FileHandle.nullDevice
        guard geteuid() == 0, (try? probe.run()) != nil else { return false }
        probe.waitUntilExit()
        return probe.terminationStatus == 0
    }()

    /// Makes it.
    ///
    /// - Parameter farewell: commands for the end, before all that is left is killed.
    static func start(machines: Int, farewell: String) async throws -> NodeNetwork {
        let name = "sd\(getpid())"
        let nodes = (0..<machines).map { "\($0)" }.joined(separator: " ")
        let shell = try ServerProcess(
            directory: try ServerProcess.makeDirectory("network"),
            start: """
                set -e
                ip link add \(name) type bridge
                ip addr add \(address(of: 253))/24 dev \(name)
                ip link set \(name) up
                for n in \(nodes); do
                    ip netns add \(name)-$n
                    ip link add \(name)v$n type veth peer name eth0 netns \(name)-$n
                    ip link set \(name)v$n master \(name) up
                    ip -n \(name)-$n addr add \(subnet).$((n + 1))/24 dev eth0
                    ip -n \(name)-$n link set lo up
                    ip -n \(name)-$n link set eth0 up
                done
                set +e
                touch ready
                """,
            stop: """
                \(farewell)
                for n in \(nodes); do
                    for turn in 1 2 3; do
                        for process in $(ip netns pids \(name)-$n); do kill -9 $process; done
                    done
                    ip netns del \(name)-$n
                done
                ip link del \(name)
                """)
        let network = NodeNetwork(shell: shell, name: name)
        do {
            try await shell.wait(for: "a network of \(machines) machines", within: .seconds(20)) {
                FileManager.default.fileExists(atPath: shell.directory.path + "/ready")
            }
        } catch {
            await network.stop()
            throw error
        }
        return network
    }

    // Of the addresses that RFC 2544 sets aside for trials; two test processes are unlikely to meet.
    private static let subnet = "198.18.\(getpid() % 256)"

    /// The address of a machine.
    static func address(of machine: Int) -> String { "\(subnet).\(machine + 1)" }

    /// A shell's name of a machine's namespace.
    static func namespace(of machine: Int) -> String { "sd\(getpid())-\(machine)" }

    /// The words before a program that runs on a machine.
    func words(on machine: Int) -> [String] { ["ip", "netns", "exec", Self.namespace(of: machine)] }

    /// Sends a signal to every process of a machine.
    func signal(_ number: Int32, on machine: Int) async throws {
        // A process may start another while the list is read; the last look finds none that has not had it.
        for _ in 1...3 {
            for process in try await processes(on: machine) { _ = kill(process, number) }
        }
    }

    /// Who runs on a machine.
    func processes(on machine: Int) async throws -> [pid_t] {
        let list = try await Program.run(["ip", "netns", "pids", Self.namespace(of: machine)], in: "/")
        guard list.code == 0 else { throw TestSupportError("the processes of machine \(machine): \(list.said)") }
        return list.out.split(separator: "\n").compactMap { pid_t($0) }
    }

    /// Parts a machine from others, both ways and without a word: packets go to an Ethernet address that nobody has.
    ///
    /// - Parameter isFromHere: whether this machine cannot reach it either.
    func cut(_ machine: Int, from others: [Int], isFromHere: Bool) async throws {
        try await turn(machine, from: others, isFromHere) { place, address, device in
            "ip \(place) neigh replace \(address) lladdr 02:00:00:00:00:fe dev \(device) nud permanent"
        }
    }

    /// Joins it again.
    func join(_ machine: Int, with others: [Int], isFromHere: Bool) async throws {
        try await turn(machine, from: others, isFromHere) { place, address, device in
            "ip \(place) neigh del \(address) dev \(device)"
        }
    }

    private func turn(
        _ machine: Int, from others: [Int], _ isFromHere: Bool, _ command: (String, String, String) -> String
    ) async throws {
        let inside = "-n \(Self.namespace(of: machine))"
        var commands = others.flatMap { other in
            [
                command(inside, Self.address(of: other), "eth0"),
                command("-n \(Self.namespace(of: other))", Self.address(of: machine), "eth0"),
            ]
        }
        if isFromHere {
            commands.append(command(inside, Self.address(of: 253), "eth0"))
            commands.append(command("", Self.address(of: machine), name))
        }
        let ending = try await Program.run(["sh", "-c", commands.joined(separator: " && ")], in: "/")
        guard ending.code == 0 else { throw TestSupportError("the network: \(ending.said)") }
    }

    /// Ends what runs in it and takes it away.
    func stop() async { await shell.stop() }
}
