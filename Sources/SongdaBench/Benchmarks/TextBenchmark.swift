import Foundation

/// P11: text messages to a gateway over HTTP, beside curl with the same requests.
struct TextBenchmark: Benchmark {
    let count: Int
    let id = "P11"
    let unit = "messages/s"
    let goal = 0.4
    static let connections = 16

    var method: String {
        "\(count) sealed notices handed to a gateway as JSON by the dispatcher, \(Self.connections) at once, keep-alive, each "
            + "attempt on the disk before it is sent and its outcome after, until nginx (`return 200`) has counted all and the "
            + "log holds all under a verified checkpoint; baseline: `curl -Z --parallel-max \(Self.connections) -K` with as "
            + "many requests of the same size to the same nginx, which writes nothing down."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        try bench.withDirectory { directory in
            try WebSink.lend(in: directory) { try bench.durability(arguments(count: 100, directory, $0)) }
        }
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        guard let curl = ChildProcess.find("curl") else { throw BenchError("curl is not there; apt install curl") }
        return try bench.withDirectory { directory in
            try WebSink.lend(in: directory) { sink in
                let list = directory + "/requests"
                try Self.requests(count, to: sink.port).write(toFile: list, atomically: true, encoding: .utf8)
                let start = ContinuousClock.now
                let child = try ChildProcess(
                    [curl, "-s", "-Z", "--parallel-max", "\(Self.connections)", "-K", list],
                    errors: directory + "/curl.err")
                let status = child.wait()
                let seconds = (ContinuousClock.now - start).inSeconds
                let counted = try sink.requests()
                return Leg(
                    seconds: seconds, units: count,
                    fault: status == 0 && counted == count
                        ? nil : "curl ended with \(status), nginx has counted \(counted) of \(count)")
            }
        }
    }

    func ours(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { directory in
            try WebSink.lend(in: directory) { sink in
                var leg = try bench.leg(arguments(count: count, directory, sink))
                let counted = try sink.requests()
                if counted != count { leg.fault = leg.fault ?? "nginx has counted \(counted) of \(count)" }
                return leg
            }
        }
    }

    private func arguments(count: Int, _ directory: String, _ sink: WebSink) -> [String] {
        ["texts", "--directory", directory, "--count", "\(count)", "--port", "\(sink.port)"]
    }

    /// What curl is to send: the words and the fields that ours sends, another number each.
    private static func requests(_ count: Int, to port: Int) -> String {
        var lines: [String] = []
        for index in 0..<count {
            let words =
                "尊敬的客户：自2027年12月1日起，贵方业务由\(Corpus.name(index))负责对接，电话010-88886000。贵方已签订的合同、已下达的订单及"
                + "相关约定均不受影响，照常履行。如需核实本通知，请致电本公司人力资源部。感谢贵方的信任与支持。"
            let body =
                #"{"callback":"https://hr.example.com/c","reference":"bench\#(10_000_000 + index)","signature":"示例科技","#
                + #""text":"\#(words)","to":"+86138\#(10_000_000 + index)"}"#
            if index > 0 { lines.append("next") }
            lines += [
                "url = \"http://127.0.0.1:\(port)/v1/messages\"", "header = \"Content-Type: application/json\"",
                "header = \"Authorization: Bearer bench\"", "output = \"/dev/null\"",
                "data-raw = \"\(body.replacing("\"", with: "\\\""))\"",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
