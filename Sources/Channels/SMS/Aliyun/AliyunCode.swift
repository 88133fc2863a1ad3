/// What Aliyun's error codes mean for the message; nil for those that only the HTTP status explains.
enum AliyunCode {
    static func verdict(_ code: String, text: String) -> SMSVerdict? {
        let reason = "\(code): \(text)"
        switch code {
        case "isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT":
            return SMSVerdict(.refused(reason: reason), .addressInvalid, providerCode: code)
        case "isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SMS_TEMPLATE_ILLEGAL", "isv.INVALID_JSON_PARAM",
            "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.PARAM_NOT_SUPPORT_URL",
            "isv.PARAM_LENGTH_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.INVALID_PARAMETERS":
            return SMSVerdict(.refused(reason: reason), .policy, providerCode: code)
        case "isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL":
            // The limit is per number and per hour or day: sooner than an hour is never right.
            return SMSVerdict(.deferred(reason: reason, after: .seconds(3_600)), .rateLimited, providerCode: code)
        case "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.ACCOUNT_ABNORMAL", "isv.ACCOUNT_NOT_EXISTS",
            "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE", "isp.RAM_PERMISSION_DENY", "SignatureDoesNotMatch",
            "SignatureNonceUsed", "InvalidTimeStamp.Expired", "Forbidden.RAM":
            return .routeFault(reason, code: code)
        case "isp.SYSTEM_ERROR", "isp.GATEWAY_NOT_FOUND", "ServiceUnavailable":
            return SMSVerdict(
                .deferred(reason: reason, after: nil), .connection, blamesRoute: true, providerCode: code)
        default:
            if code.hasPrefix("Throttling") {
                return SMSVerdict(
                    .deferred(reason: reason, after: nil), .rateLimited, blamesRoute: true, providerCode: code)
            }
            return code.hasPrefix("InvalidAccessKeyId") ? .routeFault(reason, code: code) : nil
        }
    }
}
