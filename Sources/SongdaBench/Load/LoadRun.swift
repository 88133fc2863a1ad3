/// Legs under a load that is a share of what P1 does at the moment.
struct LoadRun {
    let bench: Workbench
    /// Notices of the leg of P1.
    let count: Int

    /// How many mails a second P1 does now; an empty store unless one is given.
    ///
    /// - Parameter hole: the port of a provider that never answers, for the text messages that the store holds.
    func mail(in directory: String? = nil, hole: Int? = nil) throws -> Leg {
        try within(directory) { directory, port, counter in
            var arguments = [
                "mail", "--directory", directory, "--count", "\(count)", "--port", "\(port)", "--counter", counter,
            ]
            if let hole { arguments += ["--hole", "\(hole)"] }
            return try bench.leg(arguments)
        }
    }

    /// The rate of P1 now; a leg with a fault ends the examination, because there is nothing to take a share of.
    func rate() throws -> Double {
        let leg = try mail()
        if let fault = leg.fault { throw BenchError("P1, of which the load is a share: \(fault)") }
        bench.say("P1 now: \(leg.rate.rounded(to: 1)) mails/s")
        return leg.rate
    }

    /// A constant stream of notices.
    func load(_ rate: Double, for seconds: Int, in directory: String? = nil, hole: Int? = nil) throws -> Leg {
        try within(directory) { directory, port, counter in
            var arguments = [
                "load", "--directory", directory, "--count", "0", "--rate", "\(rate)", "--seconds", "\(seconds)",
                "--port", "\(port)", "--counter", counter,
            ]
            if let hole { arguments += ["--hole", "\(hole)"] }
            return try bench.leg(arguments)
        }
    }

    private func within(_ directory: String?, _ body: (String, Int, String) throws -> Leg) throws -> Leg {
        guard let directory else { return try bench.withDirectory { try within($0, body) } }
        return try MailSink.lend(in: directory) { try body(directory, $0, $1) }
    }
}
