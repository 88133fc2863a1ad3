import Evidence
import Testing

@testable import Channels

@Suite struct SignatureVectorTests {
    @Test func `Aliyun's published V3 example is reproduced`() {
        let request = AliyunSignature.Request(
            query: [
                ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"), ("RegionId", "cn-shanghai"),
            ],
            headers: [
                ("host", "ecs.cn-shanghai.aliyuncs.com"), ("x-acs-action", "RunInstances"),
                ("x-acs-content-sha256", SHA256.hash([UInt8]()).hex), ("x-acs-date", "2023-10-26T10:22:32Z"),
                ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"), ("x-acs-version", "2014-05-26"),
            ])
        #expect(
            SHA256.hash(Array(AliyunSignature.canonicalRequest(request).utf8)).hex
                == "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259")
        #expect(
            AliyunSignature.authorization(request, keyID: "YourAccessKeyId", secret: "YourAccessKeySecret")
                == "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
                + "x-acs-date;x-acs-signature-nonce;x-acs-version,"
                + "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")
    }

    private static let tencentBody = Array(
        #"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#.utf8)

    @Test(arguments: [
        (
            "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", [String](),
            "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        ),
        (
            String(repeating: "*", count: 32), ["DescribeInstances"],
            "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
        ),
    ])
    func `Tencent's two published TC3 examples are reproduced`(
        secret: String, action: [String], canonical: String, signature: String
    ) {
        let request = TencentSignature.Request(
            service: "cvm", timestamp: 1_551_113_065,
            headers: [("content-type", "application/json; charset=utf-8"), ("host", "cvm.tencentcloudapi.com")]
                + action.map { ("x-tc-action", $0) },
            body: Self.tencentBody)
        #expect(
            SHA256.hash(Self.tencentBody).hex == "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064")
        #expect(SHA256.hash(Array(TencentSignature.canonicalRequest(request).utf8)).hex == canonical)
        let authorization = TencentSignature.authorization(request, keyID: "AKID", secret: secret)
        #expect(authorization.hasPrefix("TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, "))
        #expect(authorization.hasSuffix("Signature=\(signature)"))
    }

    private let twilioFields: [(name: String, value: String)] = [
        ("To", "+18005551212"), ("Digits", "1234"), ("CallSid", "CA1234567890ABCDE"), ("From", "+12349013030"),
        ("Caller", "+12349013030"),
    ]
    private let twilioURL = "https://mycompany.com/myapp.php?foo=1&bar=2"

    @Test func `Twilio's published call-back signature is reproduced, whatever the order of the fields`() {
        #expect(
            TwilioSignature.value(token: "12345", url: twilioURL, fields: twilioFields)
                == "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")
        #expect(
            TwilioSignature.isValid(
                "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", token: "12345", url: twilioURL, fields: twilioFields.reversed()))
    }

    @Test func `a changed address, field or token invalidates Twilio's signature`() {
        let good = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
        var changed = twilioFields
        changed[1].value = "1235"
        #expect(!TwilioSignature.isValid(good, token: "12345", url: twilioURL, fields: changed))
        #expect(!TwilioSignature.isValid(good, token: "12346", url: twilioURL, fields: twilioFields))
        #expect(!TwilioSignature.isValid(good, token: "12345", url: twilioURL + "3", fields: twilioFields))
        #expect(!TwilioSignature.isValid("", token: "12345", url: twilioURL, fields: twilioFields))
    }
}
