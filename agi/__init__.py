"""The edge towards the telephone: AGI, AMI, dialplan, prompts."""
