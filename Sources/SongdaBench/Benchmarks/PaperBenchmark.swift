import Foundation

/// P13: one page in two languages with its QR code as PDF, beside WeasyPrint.
struct PaperBenchmark: ComputingBenchmark {
    let count: Int
    let id = "P13"
    let unit = "pages/s"
    let goal = 20.0
    let limits = [Limit("p95 ms", .atMost, 50)]
    /// WeasyPrint takes about as long for these as ours takes for all.
    private static let papers = 12

    var method: String {
        "\(count) notices of one page in Chinese and English with a QR code, typeset one after the other with the product's "
            + "fonts, pages counted and text read back by poppler from \(PaperCheck.sample) of them; baseline: WeasyPrint 70 "
            + "in one process, \(Self.papers) pages of the same words, fonts and code, its style sheet and fonts read once."
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        let environment = bench.root + "/var/weasyprint"
        let setup = try ChildProcess(
            ["/bin/sh", bench.root + "/config/setup-weasyprint.sh", environment],
            errors: bench.directory + "/setup-weasyprint.log")
        guard setup.wait() == 0 else {
            throw BenchError(
                "WeasyPrint could not be installed from PyPI; \(bench.directory)/setup-weasyprint.log says why")
        }
        return try bench.withDirectory { directory in
            for index in 0..<Self.papers {
                try JSONEncoder().encode(NoticePaper(index))
                    .write(to: URL(fileURLWithPath: "\(directory)/\(index).json"))
            }
            let output = try ChildProcess.run([
                environment + "/bin/python3", bench.root + "/bench/print_pages.py", bench.root + "/var/fonts",
                "\(Self.papers)", directory,
            ])
            guard let seconds = Double(output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw BenchError("print_pages.py printed \(output.prefix(200))")
            }
            return Leg(
                seconds: seconds, units: Self.papers,
                fault: try PaperCheck(directory: directory, count: Self.papers).fault())
        }
    }

    func ours(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { try bench.leg(["papers", "--directory", $0, "--count", "\(count)"]) }
    }
}

/// Reads printed notices back with tools of others.
struct PaperCheck {
    /// How many of them.
    static let sample = 5
    let directory: String
    let count: Int

    /// What is wrong with `0.pdf` and some of those after it; nil when each is one page with its own words.
    func fault() throws -> String? {
        guard let info = ChildProcess.find("pdfinfo"), let reader = ChildProcess.find("pdftotext") else {
            throw BenchError("pdfinfo and pdftotext are not there; apt install poppler-utils")
        }
        for index in stride(from: 0, to: count, by: max(1, count / Self.sample)) {
            let file = "\(directory)/\(index).pdf"
            let pages = try ChildProcess.run([info, file]).split(separator: "\n").first { $0.hasPrefix("Pages:") }
            guard pages?.split(separator: " ").last == "1" else { return "\(index).pdf: \(pages ?? "no pages")" }
            let text = try ChildProcess.run([reader, file, "-"]).filter { !$0.isWhitespace }
            for word in [NoticePaper.number(index), Corpus.name(index), "HT-2024-\(10_000 + index)"]
            where !text.contains(word) {
                return "\(index).pdf does not say \(word)"
            }
        }
        return nil
    }
}
