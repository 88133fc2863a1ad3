/// What the short records we store have in common, what is commonest last.
///
/// Part of the stored format: not one byte of it may change once records were written with it. A better one is added
/// beside it, and the checksum in each stream says which one it needs.
enum RecordDictionary {
    static let bytes = Array(text.utf8)

    private static let text = [
        #"{"addresses":[{"channel":"sms","value":"+86138"},{"channel":"email","value":"@example.com"}],"#,
        #""language":"zh-CN","name":"","person":""}"#,
        "S: 220 ESMTP Postfix\nC: EHLO \nS: 250-PIPELINING\nS: 250-SIZE \nS: 250-STARTTLS\nS: 250-8BITMIME\nS: 250 DSN\n",
        "C: MAIL FROM:<bounce+> RET=HDRS ENVID=\nC: RCPT TO:<> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;\n",
        "C: DATA\nS: 250 2.1.0 Ok\nS: 250 2.1.5 Ok\nS: 354 End data with <CR><LF>.<CR><LF>\nC: [message:  bytes]\nC: .\n",
        #""deferred","refused","certificate":"","certificateSubject":"","contentHash":"","documentHash":"","#,
        #""mediaType":"application/json","number":"SD-2026","signatureHash":""#,
        #""approvalsNeeded":0,"author":{"id":"key-","kind":"apiKey","method":"api-key"},"contentHash":"","#,
        #""creditCode":"91","issuer":"","issuerName":"有限公司","kind":"","language":"zh-CN","legalBasis":[],"#,
        #""number":"SD-2026","recipients":[""],"templateHash":"","templateVersion":1}"#,
        #"{"address":"","channel":"email","contentHash":"","documentHash":"","fence":1,"messageKey":"","route":""#,
        #"{"attempt":1,"delivery":"019","etsi":"http://uri.etsi.org/19522/Event/SubmissionAcceptance","#,
        #""event":"DocumentSealedNoticeIssuedAttemptStartedRelayToNonERDS","event":"AttemptAccepted","#,
        #""facts":{"channel":"email","dsnOffered":true,"messageBytes":8,"messageID":"<@","messageSHA256":"","#,
        #""peer":"","peerAddress":"","reason":"250 2.0.0 Ok: queued as ","reasonCode":"none","#,
        #""reference":"250 2.0.0 Ok","returnPath":"bounce+","reusedConnection":true,"route":"main","tls":true,"#,
        #""transcriptHash":"","#,
        #""},"happenedAt":"2026-","happenedClock":"songda","id":"019","key":"","learntAt":"2026-","notice":"019","#,
        #""recipient":"","salt":"==","v":1}"#,
    ].joined()
}
