{
 "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
 "verificationMaterial": {
  "publicKey": {
   "hint": "c749616dcbe377630c522b469a65f82eed6aceb97d1919663dd3b0a9a25a049f"
  },
  "tlogEntries": []
 },
 "dsseEnvelope": {
  "payload": "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJuYW1lIjoidG95LWZvcm11bGEgdjEiLCJkaWdlc3QiOnsic2hhMjU2IjoiNDc3NGQzZjIxODQyOThhYzM5ZWMzZDhkYWRkMjU4NDQ3YWU5ZWE3MTJiOGU3NjkxMTU5MmU5ZDUwYTU1NjNjYSJ9fV0sInByZWRpY2F0ZVR5cGUiOiJodHRwczovL21vZGVsX3NpZ25pbmcvc2lnbmF0dXJlL3YxLjAiLCJwcmVkaWNhdGUiOnsic2VyaWFsaXphdGlvbiI6eyJtZXRob2QiOiJmaWxlcyIsImhhc2hfdHlwZSI6InNoYTI1NiIsImFsbG93X3N5bWxpbmtzIjpmYWxzZSwiaWdub3JlX3BhdGhzIjpbIi5naXQiLCIuZ2l0YXR0cmlidXRlcyIsIi5naXRodWIiLCIuZ2l0aWdub3JlIiwibW9kZWwuc2lnIl19LCJyZXNvdXJjZXMiOlt7Im5hbWUiOiJtb2RlbC5zYWZldGVuc29ycyIsImFsZ29yaXRobSI6InNoYTI1NiIsImRpZ2VzdCI6ImJlZjZkMTFhOGFjZGE5ZjY2MGRjM2QyNjVhYTBmMGRiZTZlMTc3ZGRlZDk1ZWVkOGExZjc5YWZmNWUxNDY4ODcifV0sInJlZ2lzdGVyZWQiOnsidmVyc2lvbiI6InRveS1mb3JtdWxhIHYxIiwicmVjaXBlIjoidG95LWZvcm11bGEiLCJzaXplIjo4MCwiYXJyYXlzIjoiNWM0M2Q0MzYwMGI4MmY4YTIyNTk2MTgzOTM5NGJjZmUxM2RkMGNlNWY1ZGVmYjVlNDczNmY2NTcwYzEwNTNkMSIsInJ1biI6bnVsbCwiZGF0YXNldCI6bnVsbCwiZ2F0ZXMiOm51bGx9fX0=",
  "payloadType": "application/vnd.in-toto+json",
  "signatures": [
   {
    "sig": "MEUCIQCEtntsOR879UQ9g15ZC0zHCTlLOrhhIfJem4AV1I6TvwIgBWIqM/b2gu7wb4mjjBD11pZuq4e//qDt6hYAQZUw/qY=",
    "keyid": ""
   }
  ]
 }
}