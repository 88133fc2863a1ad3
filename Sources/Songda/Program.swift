import ArgumentParser
import Evidence
// The stream is a global variable of C; nothing here assigns it.
@preconcurrency import Glibc

/// Where the program begins.
@main
struct Program {
    static func main() async {
        Heap.limitArenas()
        // Into a file or a pipe the system would hand on 4 KiB at a time: minutes of work without a word.
        setlinebuf(stdout)
        do {
            var command = try SongdaCommand.parseAsRoot()
            do {
                if var longer = command as? any AsyncParsableCommand {
                    try await longer.run()
                } else {
                    try command.run()
                }
            } catch  where !isAnswer(error) && CommandLine.arguments.contains("--json") {
                fail(error)
            }
        } catch { SongdaCommand.exit(withError: error) }
    }

    /// True of what a command throws to end, having said all there is to say.
    private static func isAnswer(_ error: any Error) -> Bool {
        error is ExitCode || error is CleanExit || error is ValidationError
    }

    /// Whoever asked for JSON reads why it failed as JSON too, where errors go.
    private static func fail(_ error: any Error) -> Never {
        var members: [String: JSONValue] = ["message": .string("\(error)")]
        if let problem = (error as? Failure)?.problem { members["problem"] = problem }
        fputs("\(JSONValue.object(["error": .object(members)]).canonicalText)\n", stderr)
        exit(EXIT_FAILURE)
    }
}
