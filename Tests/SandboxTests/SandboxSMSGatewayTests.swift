import Foundation
import Testing

@testable import Sandbox

private func curl(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["curl", "-s", "-m", "2"] + arguments
    let stdout = Pipe()
    process.standardOutput = stdout
    process.standardError = stdout
    try process.run()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

private func withGateway(
    _ options: SandboxSMSGateway.Options = .init(), _ body: (SandboxSMSGateway, String) async throws -> Void
) async throws {
    var options = options
    options.mark = ""
    let gateway = SandboxSMSGateway(options: options)
    try await gateway.start()
    do {
        try await body(gateway, "http://127.0.0.1:\(try #require(gateway.port))")
    } catch {
        try await gateway.stop()
        throw error
    }
    try await gateway.stop()
}

private let message = [
    "-H", "Content-Type: application/json", "-d", #"{"to":"+8613800138000","text":"您有一份文书","reference":"r1"}"#,
]

@Suite struct SandboxSMSGatewayTests {
    @Test func `two starts of the gateway give no two messages the same name`() async throws {
        var names: [String] = []
        for _ in 0..<2 {
            let gateway = SandboxSMSGateway()
            try await gateway.start()
            _ = try curl(["http://127.0.0.1:\(try #require(gateway.port))/v1/messages"] + message)
            try await gateway.stop()
            names += gateway.messages.map(\.id)
        }
        #expect(names.count == 2 && Set(names).count == 2)
        #expect(names.allSatisfy { $0.hasPrefix("SANDBOX") && $0.hasSuffix("-1") }, "\(names)")
    }

    @Test func `a message is taken, named, and can be asked about`() async throws {
        try await withGateway { (gateway: SandboxSMSGateway, base: String) async throws in
            let answer = try curl(["-i", base + "/v1/messages"] + message).output
            #expect(answer.contains("202 Accepted"))
            #expect(answer.contains("X-Songda-Sandbox: SANDBOX"))
            #expect(answer.contains(#"{"id":"SANDBOX1","sandbox":true,"status":"queued"}"#))
            #expect(gateway.messages.map(\.text) == ["您有一份文书"])
            let status = try curl([base + "/v1/messages?reference=r1"]).output
            #expect(status.contains(#""status":"delivered""#))
            #expect(try curl([base + "/v1/messages?reference=other"]).output.contains(#""reports":[]"#))
        }
    }

    @Test func `the wrong token and anything that is no submission are refused`() async throws {
        var options = SandboxSMSGateway.Options()
        options.token = "t"
        try await withGateway(options) { (gateway: SandboxSMSGateway, base: String) async throws in
            #expect(try curl(["-i", base + "/v1/messages"] + message).output.contains("401"))
            #expect(
                try curl(["-i", "-H", "Authorization: Bearer t", base + "/v1/messages", "-d", "{}"]).output.contains(
                    "400"))
            #expect(try curl(["-i", base + "/elsewhere"]).output.contains("400"))
            #expect(gateway.messageCount == 0)
        }
    }

    @Test func `it calls back this machine and no other`() async throws {
        try await withGateway { (gateway: SandboxSMSGateway, base: String) async throws in
            for callback in [
                "https://example.test/", "http://192.0.2.1/", "http://127.0.0.1.example.test/", "http://localhost/",
            ] {
                let body = #"{"to":"1","text":"x","reference":"r","callback":"\#(callback)"}"#
                #expect(try curl(["-i", base + "/v1/messages", "-d", body]).output.contains("400"), "\(callback)")
            }
            #expect(gateway.messageCount == 0)
        }
    }

    @Test func `it fails in every way it is told to`() async throws {
        try await withGateway { (gateway: SandboxSMSGateway, base: String) async throws in
            func submit(_ behaviour: SMSConduct.Behaviour) throws -> (status: Int32, output: String) {
                gateway.behave(SMSConduct(behaviour), times: 1)
                return try curl(["-i", base + "/v1/messages"] + message)
            }
            #expect(
                try submit(.errorBody(code: "x", message: "y")).output.contains(#""error":{"code":"x","message":"y"}"#))
            let limited = try submit(.status(429, retryAfter: 9)).output
            #expect(limited.contains("429") && limited.contains("Retry-After: 9"))
            #expect(gateway.messageCount == 0)
            #expect(try submit(.lostReply).status == 56, "reset")
            #expect(try submit(.truncatedBody).status == 18, "part of the body")
            #expect(try submit(.late(.seconds(10))).status == 28, "timeout")
            #expect(try submit(.oversizedBody(5_000)).output.utf8.count > 5_000)
            #expect(gateway.messageCount == 4)
        }
    }

    @Test func `it speaks enough of Aliyun and Twilio to be asked again`() async throws {
        try await withGateway { (gateway: SandboxSMSGateway, base: String) async throws in
            let aliyun = try curl([
                "-H", "x-acs-action: SendSms", base + "/", "-d",
                "PhoneNumbers=13800138000&SignName=s&TemplateCode=c&TemplateParam=%7B%7D&OutId=o1",
            ]).output
            #expect(aliyun.contains(#""BizId":"SANDBOX1""#) && aliyun.contains(#""Code":"OK""#))
            let details = try curl([
                "-H", "x-acs-action: QuerySendDetails", base + "/", "-d", "PhoneNumber=13800138000",
            ]).output
            #expect(details.contains(#""OutId":"o1""#) && details.contains(#""SendStatus":3"#))
            let twilio = try curl([base + "/2010-04-01/Accounts/AC1/Messages.json", "-d", "To=%2B1555&Body=x"]).output
            #expect(twilio.contains(#""sid":"SMsandbox2""#))
            #expect(
                try curl([base + "/2010-04-01/Accounts/AC1/Messages/SMsandbox2.json"]).output.contains(
                    #""status":"delivered""#))
        }
    }
}
