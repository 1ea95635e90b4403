"""Everything hostile that can be sent to Nasaq, at every door: see inputs.yaml."""
