import Curl
import Evidence
import Notices
import Testing

@testable import Channels

private let now = StoppedClock().now

@Suite struct GenericGatewayTests {
    private func kannel() throws -> GenericGateway {
        try GenericGateway(
            description: Shipped.description("kannel"),
            settings: ["url": "https://kannel.example:13013", "callback": "https://hr.example/cb/kannel"],
            secrets: ["username": "us er", "password": "p&ss=w%rd"])
    }

    @Test func `Kannel's query is escaped value by value`() throws {
        let request = try kannel().request(for: .example(text: "您有&to=+1 文书"), at: now, nonce: "n")
        #expect(request.method == "GET")
        #expect(request.body.isEmpty)
        #expect(
            request.url.hasPrefix(
                "https://kannel.example:13013/cgi-bin/sendsms?username=us%20er&password=p%26ss%3Dw%25rd"))
        #expect(request.url.contains("&to=%2B8613800138000&text=%E6%82%A8%E6%9C%89%26to%3D%2B1%20%E6%96%87%E4%B9%A6&"))
        #expect(request.url.contains("&coding=2&"))
        #expect(
            request.url.hasSuffix(
                WebEncoding.percent(
                    "https://hr.example/cb/kannel?reference=k8f3q2m7&event=%d&words=%A&time=%T&to=%p&part=%F")))
        #expect(request.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    @Test(arguments: [
        (202, "0: Accepted for delivery", "accepted"), (202, "3: Queued for later delivery", "accepted"),
        (202, "1: something", "unknown"), (200, "", "unknown"), (400, "Receiver number missing", "refused"),
        (403, "Authorization failed for sendsms", "deferred"), (503, "Temporal failure, try again later.", "deferred"),
        (500, "x", "deferred"), (302, "", "deferred"),
    ])
    func `Kannel's answers are mapped by status and words`(status: Int, text: String, expected: String) throws {
        let verdict = try kannel().verdict(on: .json(text, status: status), to: .example())
        let found =
            switch verdict.result {
            case .accepted(let reference): reference == "k8f3q2m7" ? "accepted" : "accepted as \(reference)"
            case .deferred: "deferred"
            case .refused: "refused"
            case .unknown: "unknown"
            }
        #expect(found == expected)
    }

    @Test(arguments: [
        ("1", SMSReceipt.State.delivered), ("2", .failed), ("8", .pending), ("16", .failed), ("4", .pending),
        ("77", .unknown),
    ])
    func `only Kannel's event 1 is a delivery`(event: String, state: SMSReceipt.State) throws {
        let url =
            "https://hr.example/cb/kannel?reference=k8f3q2m7&event=\(event)&words=stat%3ADELIVRD&time=1795257003&to=%2B8613800138000"
        let receipts = try kannel().receipts(in: SMSCallback(url: url, headers: [], body: []))
        #expect(receipts.map(\.state) == [state])
        #expect(receipts[0].reference == "k8f3q2m7")
        #expect(receipts[0].rawText == "stat:DELIVRD")
        #expect(
            receipts[0].happenedAt
                == ObservedTime(at: Timestamp(microseconds: 1_795_257_003_000_000), clock: "provider:kannel"))
    }

    @Test func `a JSON body is built as a tree, so that no text can break out of its string`() throws {
        let request = try Shipped.sandbox(port: 1).request(
            for: .example(text: "\",\"to\":\"+1\\\n"), at: now, nonce: "n")
        let body = try JSONValue(parsing: request.body)
        #expect(body["text"] == "\",\"to\":\"+1\\\n")
        #expect(body["to"] == "+8613800138000")
        #expect(body.object?.count == 5)
    }

    private func description(_ request: String, extra: String = "") -> String {
        """
        name: x
        request:
        \(request.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
        response:
          - { status: 200, where: "~id=(\\\\w+)", result: accepted, reference: "~id=(\\\\w+)" }
        \(extra)
        """
    }

    private func gateway(_ request: String, extra: String = "", secrets: [String: String] = [:]) throws
        -> GenericGateway
    {
        try GenericGateway(
            description: GatewayDescription(yaml: description(request, extra: extra), file: "x.yaml"), secrets: secrets)
    }

    @Test func `a form body is escaped and a header refuses what would break it`() throws {
        let form = try gateway("url: https://x.example/{{reference}}\nform: { to: \"{{phone}}\", t: \"{{text}}\" }")
        let request = try form.request(for: .example(text: "a b&c=d+e", reference: "a/b?c"), at: now, nonce: "n")
        #expect(request.url == "https://x.example/a%2Fb%3Fc")
        #expect(request.text == "to=%2B8613800138000&t=a+b%26c%3Dd%2Be")
        let header = try gateway("url: https://x.example/\nheaders: { X-Text: \"{{text}}\" }")
        #expect(throws: SMSError(.message, "")) {
            try header.request(for: .example(text: "a\r\nEvil: 1"), at: now, nonce: "n")
        }
    }

    @Test func `an HMAC is made over what the description says`() throws {
        let signed = try gateway(
            """
            url: https://x.example/send
            form: { t: "{{text}}" }
            authentication: { kind: hmac-sha256, key: "{{secret.key}}", over: "{{method}}|{{url}}|{{seconds}}|{{body}}", header: X-Sign, prefix: "v1=", encoding: hex }
            """, secrets: ["key": "Jefe"])
        let request = try signed.request(for: .example(text: "hi"), at: now, nonce: "n")
        let expected = HMAC.sha256(
            key: Array("Jefe".utf8), Array("POST|https://x.example/send|1795257125|t=hi".utf8))
        #expect(request.header("X-Sign") == "v1=\(Hex.encode(expected))")
    }

    @Test func `Basic credentials are sent and kept out of transcripts`() throws {
        let basic = try gateway(
            "url: https://x.example/\nauthentication: { kind: basic, user: \"{{secret.u}}\", password: \"{{secret.p}}\" }",
            secrets: ["u": "Aladdin", "p": "open sesame"])
        #expect(
            try basic.request(for: .example(), at: now, nonce: "n").header("Authorization")
                == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        #expect(basic.secrets.contains("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="))
    }

    private let signedCallback = """
        callback:
          format: json
          authentication: { kind: hmac-sha256, key: "{{secret.key}}", over: "{{body}}", header: X-Sign, encoding: base64 }
          id: /a/0/id
          code: /s
          states: { ok: delivered }
        """

    @Test func `F36 a call-back whose HMAC is wrong or missing is refused`() throws {
        let gateway = try gateway("url: https://x.example/", extra: signedCallback, secrets: ["key": "k"])
        #expect(gateway.signsReceipts)
        let body = Array(#"{"a":[{"id":7}],"s":"ok"}"#.utf8)
        let mac = Base64.encode(HMAC.sha256(key: Array("k".utf8), body))
        func callback(_ headers: [HTTPHeader], _ body: [UInt8]) -> SMSCallback {
            SMSCallback(url: "https://x/", headers: headers, body: body)
        }
        let good = try gateway.receipts(in: callback([HTTPHeader(name: "x-sign", value: mac)], body))
        #expect(good.map(\.providerID) == ["7"])
        #expect(good.map(\.state) == [.delivered])
        #expect(throws: SMSError(.foreignReceipt, "")) { try gateway.receipts(in: callback([], body)) }
        #expect(throws: SMSError(.foreignReceipt, "")) {
            try gateway.receipts(in: callback([HTTPHeader(name: "X-Sign", value: mac)], body + [0x20]))
        }
    }

    @Test func `a pattern finds the message id in plain text`() throws {
        let gateway = try gateway("url: https://x.example/")
        #expect(
            gateway.verdict(on: .json("OK id=abc_1 done"), to: try .example()).result == .accepted(reference: "abc_1"))
        guard case .unknown = gateway.verdict(on: .json("OK"), to: try .example()).result else {
            Issue.record("a success without an id is not acceptance")
            return
        }
    }

    @Test func `missing and superfluous secrets stop the start by name`() throws {
        let description = try Shipped.description("sandbox")
        let missing = #expect(throws: SMSError(.configuration, "")) {
            try GenericGateway(description: description, settings: ["url": "u", "callback": "c"])
        }
        #expect(missing?.reason.contains("secret.token") == true)
        let extra = #expect(throws: SMSError(.configuration, "")) {
            try GenericGateway(
                description: description, settings: ["url": "u", "callback": "c"], secrets: ["token": "t", "tokn": "t"])
        }
        #expect(extra?.reason.contains("secret.tokn") == true)
    }

    @Test(arguments: [
        ("nmae: x", "nmae"), ("name: [x", "YAML"), ("", "empty"),
        ("name: x\nrequest: { url: \"https://{{host}}/\" }\nresponse: []", "{{host}}"),
        ("name: x\nrequest: { url: \"https://{{text/\" }\nresponse: []", "{{ without }}"),
        ("name: x\nrequest: { url: u, method: DELETE }\nresponse: []", "DELETE"),
        ("name: x\nrequest: { url: u, form: {a: b}, json: {a: b} }\nresponse: []", "both form and json"),
        ("name: x\nrequest: { url: u }\nresponse:\n  - { status: 700, result: refused }", "700"),
        ("name: x\nrequest: { url: u }\nresponse:\n  - { result: accepted }", "reference"),
        ("name: x\nrequest: { url: u }\nresponse:\n  - { where: \"~(\", result: refused }", "regular expression"),
        ("name: x\nrequest: { url: u }\nresponse:\n  - { where: code, equals: [a], result: refused }", "JSON pointer"),
        (
            "name: x\nrequest: { url: u }\nresponse: []\ncallback: { code: /c, states: {a: delivered} }",
            "id or reference"
        ),
        ("name: x\nrequest: { url: u }\nresponse: []\ncallback: { id: /i, code: /c, states: {a: arrived} }", "arrived"),
        (
            "name: x\nrequest: { url: u }\nresponse: []\n"
                + "callback: { id: /i, code: /c, states: {}, time: { at: /t, form: \"yyyy-MM-dd\" } }", "zone"
        ),
    ])
    func `a wrong description is refused with the place and the cure`(yaml: String, names: String) {
        let error = #expect(throws: SMSError(.configuration, "")) { try GatewayDescription(yaml: yaml, file: "g.yaml") }
        #expect(error?.reason.hasPrefix("g.yaml") == true)
        #expect(error?.reason.contains(names) == true || names == "700", "\(error?.reason ?? "")")
    }

    @Test func `one part that arrived is not the message that arrived, one that failed is a failure`() throws {
        let parts = """
            callback:
              id: /id
              code: /s
              part: { sequence: /seq, total: /total }
              states: { DELIVRD: delivered, UNDELIV: failed }
            """
        let gateway = try gateway("url: https://x.example/", extra: parts)
        func receipt(_ text: String) throws -> SMSReceipt {
            try #require(
                try gateway.receipts(in: SMSCallback(url: "https://x/", headers: [], body: Array(text.utf8))).first)
        }
        #expect(try receipt(#"{"id":"1","s":"DELIVRD","seq":1,"total":2}"#).deliveryState == nil)
        #expect(try receipt(#"{"id":"1","s":"UNDELIV","seq":"2","total":"2"}"#).deliveryState == .failed)
        #expect(try receipt(#"{"id":"1","s":"DELIVRD","seq":1,"total":1}"#).deliveryState == .delivered)
        #expect(try receipt(#"{"id":"1","s":"DELIVRD"}"#).deliveryState == .delivered)
        // Parts that cannot be read are parts all the same: how many there are, our own count says.
        let odd = try receipt(#"{"id":"1","s":"DELIVRD","seq":3,"total":2}"#)
        #expect(odd.deliveryState == nil && odd.arrivedPart == Receipt.Part(name: "3/2", total: nil))
    }
}
