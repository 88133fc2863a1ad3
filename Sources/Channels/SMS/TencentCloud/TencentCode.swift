/// What Tencent Cloud's error codes mean for the message.
enum TencentCode {
    static func verdict(_ code: String, text: String) -> SMSVerdict {
        let reason = "\(code): \(text)"
        switch code {
        case "InvalidParameterValue.IncorrectPhoneNumber", "InvalidParameterValue.InvalidPhoneNumber":
            return SMSVerdict(.refused(reason: reason), .addressInvalid, providerCode: code)
        case "FailedOperation.InsufficientBalanceInSmsPackage", "FailedOperation.ForbidAddMarketingTemplates":
            return .routeFault(reason, code: code)
        case "InternalError.Timeout", "InternalError.RequestTimeException":
            // The provider's own front gave up on its back end: the message may be on its way.
            return SMSVerdict(.unknown(reason: reason), .connection, blamesRoute: true, providerCode: code)
        case "RequestLimitExceeded":
            return SMSVerdict(
                .deferred(reason: reason, after: nil), .rateLimited, blamesRoute: true, providerCode: code)
        default: break
        }
        if code.hasPrefix("LimitExceeded.") {
            // Limits per number and per hour or day: sooner than an hour is never right.
            return SMSVerdict(.deferred(reason: reason, after: .seconds(3_600)), .rateLimited, providerCode: code)
        }
        if code.hasPrefix("AuthFailure") || code.hasPrefix("UnauthorizedOperation")
            || code.hasPrefix("UnsupportedRegion")
        {
            return .routeFault(reason, code: code)
        }
        if code.hasPrefix("InternalError") {
            return SMSVerdict(
                .deferred(reason: reason, after: nil), .connection, blamesRoute: true, providerCode: code)
        }
        let isPolicy = code.hasPrefix("FailedOperation.") || code.hasPrefix("InvalidParameterValue.")
        return SMSVerdict(.refused(reason: reason), isPolicy ? .policy : .other, providerCode: code)
    }
}
