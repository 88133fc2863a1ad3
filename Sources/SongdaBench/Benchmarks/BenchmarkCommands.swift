import ArgumentParser

extension RunOptions {
    var postfix: PostfixBenchmark { PostfixBenchmark(count: count ?? 2_000) }
    var apprise: AppriseBenchmark { AppriseBenchmark(count: count ?? 2_000) }
    var dispatch: DispatchBenchmark { DispatchBenchmark(count: count ?? 20_000) }
    var texts: TextBenchmark { TextBenchmark(count: count ?? 5_000) }
    var papers: PaperBenchmark { PaperBenchmark(count: count ?? 200) }
}

/// Beside a mail server.
struct P1b: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "p1b", abstract: "P1 beside a private Postfix that relays as many mails to the same smtp-sink.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.postfix]) }
}

/// Beside a library.
struct P1c: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "p1c", abstract: "P1 beside Apprise with eight threads and the same smtp-sink.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.apprise]) }
}

/// The dispatcher alone.
struct P9: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The dispatcher on PostgreSQL with a channel that does nothing, beside pgbench on the same server.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.dispatch]) }
}

/// Text messages.
struct P11: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Text messages to an HTTP gateway until they are in the log, beside curl -Z with the same requests.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.texts]) }
}

/// Printed notices.
struct P13: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One-page notices in two languages as PDF, beside WeasyPrint.")
    @OptionGroup var options: RunOptions
    func run() throws { try options.run([options.papers]) }
}
