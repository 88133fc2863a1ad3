// The stream is a global variable of C; nothing here assigns it.
@preconcurrency import Glibc

/// Where the program begins.
@main
struct Program {
    static func main() async {
        // Into a file or a pipe the system would hand on 4 KiB at a time: minutes of work without a word.
        setlinebuf(stdout)
        await SongdaCommand.main()
    }
}
