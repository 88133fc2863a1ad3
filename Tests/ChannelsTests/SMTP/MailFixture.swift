import Evidence
import Foundation
import Notices
import Testing

@testable import Channels

extension MIMEMessage {
    /// A dismissal notice with a PDF; everything that a test does not care about.
    static func example(
        subject: String = "解除劳动合同通知书", attachmentName: String = "解除劳动合同通知书.pdf", html: String? = "<p>您好</p>"
    ) throws -> MIMEMessage {
        var message = MIMEMessage(
            from: try Mailbox(name: "东海科技(上海)有限公司人力资源部", address: "hr@songda.test"),
            to: try Mailbox(name: "王芳", address: "wang.fang@example.cn"), subject: subject,
            date: try #require(Timestamp(rfc3339: "2026-11-21T10:32:05.123456Z")),
            messageID: try MessageID(delivery: "01932f6e8a407c119d025e0f6a7b8c9d", domain: "songda.test"),
            noticeNumber: "东海〔2026〕第12号", text: "王芳:\n\n请查收附件。\n")
        message.html = html
        message.receiptTo = try Mailbox(address: "bounce+abc@songda.test")
        message.attachments = [
            MailAttachment(
                name: attachmentName, fallbackName: "notice-12.pdf", mediaType: "application/pdf",
                bytes: Array("%PDF-1.7 not really".utf8))
        ]
        return message
    }
}

/// Runs a command with bytes on its standard input and returns its output.
func output(of command: [String], input: [UInt8], environment: [String: String]? = nil) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    if let environment { process.environment = environment }
    let source = Pipe()
    let sink = Pipe()
    process.standardInput = source
    process.standardOutput = sink
    try process.run()
    try source.fileHandleForWriting.write(contentsOf: Data(input))
    try source.fileHandleForWriting.close()
    let result = try sink.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command.joined(separator: " ")) failed")
    return Array(result)
}

/// What Python's mail parser makes of a message.
struct PythonReading: Decodable {
    struct Part: Decodable {
        let type: String
        let name: String
        let size: String
        let text: String
    }
    let headers: [String: String]
    let from: [String]
    let parts: [Part]
    let defects: [String]
    let longest: Int
    let stray: Int
    let eight_bit: Bool

    init(of message: [UInt8]) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/read_message.py").path
        let bytes = try output(of: ["python3", script], input: message)
        self = try JSONDecoder().decode(PythonReading.self, from: Data(bytes))
    }
}
