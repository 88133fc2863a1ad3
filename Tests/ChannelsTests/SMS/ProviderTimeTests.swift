import Testing

@testable import Channels

@Suite struct ProviderTimeTests {
    @Test func `a provider's wall clock is read in its own zone`() {
        #expect(
            ProviderTime(.pattern("yyyy-MM-dd HH:mm:ss")).timestamp("2026-11-21 18:32:05")?.rfc3339
                == "2026-11-21T10:32:05.000000Z")
        #expect(
            ProviderTime(.pattern("yyyyMMddHHmmss"), offsetMinutes: -330).timestamp("20240229233000")?.rfc3339
                == "2024-03-01T05:00:00.000000Z")
    }

    @Test func `mail dates, epochs and RFC 3339 carry their own zone`() {
        #expect(
            ProviderTime(.rfc2822).timestamp("Fri, 24 May 2019 17:18:27 +0000")?.rfc3339
                == "2019-05-24T17:18:27.000000Z")
        #expect(
            ProviderTime(.rfc2822).timestamp("24 May 2019 17:18:27 -0230")?.rfc3339 == "2019-05-24T19:48:27.000000Z")
        #expect(ProviderTime(.epochSeconds).timestamp("1551113065")?.rfc3339 == "2019-02-25T16:44:25.000000Z")
        #expect(ProviderTime(.epochMilliseconds).timestamp("1551113065123")?.microseconds == 1_551_113_065_123_000)
        #expect(ProviderTime(.rfc3339).timestamp("2026-11-21T10:32:05Z")?.rfc3339 == "2026-11-21T10:32:05.000000Z")
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-02-30 10:00:00", "2026-13-01 10:00:00", "2026-11-21 24:00:00", "2026-11-21 10:32:05x",
        "2026-11-21T10:32:05", "yyyy-MM-dd HH:mm:ss",
    ])
    func `a time that is not one is nil and never replaced by ours`(text: String) {
        #expect(ProviderTime(.pattern("yyyy-MM-dd HH:mm:ss")).timestamp(text) == nil)
    }

    @Test func `an epoch that overflows is nil`() {
        #expect(ProviderTime(.epochSeconds).timestamp("9223372036854775807") == nil)
        #expect(ProviderTime(.epochSeconds).timestamp("-5") == nil)
    }
}
