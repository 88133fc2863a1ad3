import Evidence
import Foundation
import Notices
import Typeset

/// Notices of one page typeset one after the other.
struct PaperLeg {
    let directory: String
    let root: String
    let count: Int

    func run() async throws -> Leg {
        let maker = DocumentMaker(
            typesetter: try PDFTypesetter(fonts: FontSet.locate(directory: root + "/var/fonts")))
        let papers = (0..<count).map { NoticePaper($0) }
        let issuedAt = SystemClock().now
        var times: [Double] = []
        var bytes = 0
        // Each is kept until the clock has stopped: writing files is not what is measured.
        var printed: [[UInt8]] = []
        let processor = ProcessorTime.seconds
        let start = ContinuousClock.now
        for (index, paper) in papers.enumerated() {
            let begun = ContinuousClock.now
            let number = NoticePaper.number(index)
            let pdf = try await maker.pdf(
                markdown: paper.markdown, title: paper.title, language: .chinese, number: number,
                contentHash: SHA256.hash(Array(paper.markdown.utf8)), issuer: "上海示例科技有限公司",
                issuedAt: issuedAt)
            times.append((ContinuousClock.now - begun).inSeconds * 1e3)
            printed.append(pdf)
            bytes += pdf.count
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        let perUnit = ProcessorTime.microseconds(since: processor, units: count)
        for (index, pdf) in printed.enumerated() {
            try Data(pdf).write(to: URL(fileURLWithPath: "\(directory)/\(index).pdf"))
        }
        times.sort()
        return Leg(
            seconds: seconds, units: count,
            facts: [
                "p95 ms": Report.quantile(950, of: times).rounded(to: 2), "CPU µs each": perUnit,
                "KiB each": (Double(bytes) / Double(count) / 1024).rounded(to: 1),
            ],
            fault: try PaperCheck(directory: directory, count: count).fault())
    }
}
